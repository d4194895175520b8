using Microsoft.Extensions.DependencyInjection;
using Outbox.Benchmarks.Harness;
using Outbox.Benchmarks.Stores;
using Outbox.Storage;

namespace Outbox.Benchmarks.Scenarios;

/// <summary>
/// Transactions of a call's row and its event, against the same call row with a hand-written event row and delivery row, and against the
/// call row alone. Each client has a connection of its own, where the store knows connections, and commits one transaction after the other. Where
/// a store tells other hosts of new work, also with that, while one listens, against without.
/// </summary>
internal static class Enqueue
{
    public static async Task RunAsync(BenchSettings settings, Report report)
    {
        await using var database = await settings.CreateDatabaseAsync();
        await using var host = await OutboxHost.StartAsync(database, dispatch: false);
        await Customers.RegisterAsync(host, 0, 1, _ => "http://127.0.0.1:9/hook");

        foreach (var clients in settings.Concurrency is { } only ? [only] : new[] { 1, 16 })
        {
            var (outbox, threeInserts, callAlone) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round <= (settings.Rounds ?? 7); round++)
            {
                var count = settings.Count ?? 10_000;
                var alone = await RateAsync(host, clients, count, (client, i) => client.CommitCallAsync(Unique(i)));
                var bare = await RateAsync(host, clients, count, (client, i) => client.CommitByHandAsync(Unique(i), i));
                var ours = await RateAsync(host, clients, count, CommitAsync);
                if (round > 0)
                {
                    callAlone.Add(alone);
                    threeInserts.Add(bare);
                    outbox.Add(ours);
                }
            }

            report.Add($"transactions, {clients} clients, against the bare three inserts", "per second", outbox, threeInserts);
            report.Add($"transactions, {clients} clients, against the call row alone", "per second", outbox, callAlone);
        }

        await CompareWakeUpAsync(settings, report, database);
    }

    private static async Task CompareWakeUpAsync(BenchSettings settings, Report report, IBenchDatabase database)
    {
        const int Clients = 16;
        var (on, off) = (new List<double>(), new List<double>());
        if (!database.TellsOtherHosts)
        {
            report.Add($"transactions, {Clients} clients, wake-up on against off", "per second", on, off);
            return;
        }

        await using var telling = await OutboxHost.StartAsync(database, dispatch: false);
        await using var silent = await OutboxHost.StartAsync(database, dispatch: false, wake: false);
        await using var other = await OutboxHost.StartAsync(database, dispatch: false);
        using var stop = new CancellationTokenSource();
        var listening = ListenAsync(other.Services.GetRequiredService<IOutboxStore>(), stop.Token);
        for (var round = 0; round <= (settings.Rounds ?? 7); round++)
        {
            var without = await RateAsync(silent, Clients, settings.Count ?? 10_000, CommitAsync);
            var with = await RateAsync(telling, Clients, settings.Count ?? 10_000, CommitAsync);
            if (round > 0)
            {
                off.Add(without);
                on.Add(with);
            }
        }

        await stop.CancelAsync();
        report.Add($"transactions, {Clients} clients, wake-up on against off", "per second", on, off);
        report.Add("wake-ups that the other host heard", "in all", [await listening]);
    }

    private static async Task<double> ListenAsync(IOutboxStore store, CancellationToken stop)
    {
        var heard = 0;
        try
        {
            while (true)
            {
                await store.WaitForChangeAsync(stop);
                heard++;
            }
        }
        catch (OperationCanceledException)
        {
            return heard;
        }
    }

    private static ValueTask<long> CommitAsync(IBenchClient client, int number) => client.CommitAsync(Unique(number), number, endpoint: 0);

    private static async Task<double> RateAsync(OutboxHost host, int clients, int count, Func<IBenchClient, int, ValueTask<long>> commit)
    {
        var next = -1;
        var seconds = await Timing.SecondsOfAsync(() => Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Factory.StartNew(
            async () =>
            {
                await using var client = await host.ConnectAsync();
                for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
                {
                    await commit(client, i);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap())));
        return count / seconds;
    }

    private static int _unique;

    // As long as an event's own id.
    private static string Unique(int number) => $"{Interlocked.Increment(ref _unique):D12}{number:D14}";
}
