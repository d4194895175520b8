using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Outbox.Crash.Child;
using Outbox.Crash.Databases;
using Outbox.Postgres.Tests;
using Outbox.ProviderContract;
using Outbox.Storage;
using Xunit.Abstractions;

namespace Outbox.Crash;

/// <summary>A network that fails between a host and PostgreSQL: whoever commits is not told, or told wrongly, what became of it.</summary>
public sealed class CutConnectionTests(ITestOutputHelper output) : IAsyncLifetime
{
    private ThrowawayDatabase _place = null!;
    private CuttingProxy _outboxNetwork = null!;
    private CuttingProxy _hostNetwork = null!;
    private Receiver _receiver = null!;
    private IHost _host = null!;
    private CrashDatabase _direct = null!;
    private CrashDatabase _throughNetwork = null!;

    private IWebhookOutbox Outbox => _host.Services.GetRequiredService<IWebhookOutbox>();

    public async Task InitializeAsync()
    {
        if (PostgresServer.SkipReason is not null)
        {
            return;
        }

        _place = await ThrowawayDatabase.CreateAsync();
        _outboxNetwork = CuttingProxy.To(_place.ConnectionString);
        _hostNetwork = CuttingProxy.To(_place.ConnectionString);
        _receiver = await Receiver.StartAsync();
        _direct = CrashDatabase.Of("postgres", _place.ConnectionString);
        _throughNetwork = CrashDatabase.Of("postgres", _hostNetwork.ConnectionString);
        await _direct.PrepareAsync();
        var orders = new ChildOrders { Task = ChildTask.Deliver, Store = "postgres", ConnectionString = _outboxNetwork.ConnectionString, Endpoints = _receiver.Endpoints };
        _host = CrashHost.Build(orders, CrashDatabase.Of(orders.Store, orders.ConnectionString));
        await _host.StartAsync();
        await CrashHost.RegisterAsync(orders, Outbox);
    }

    public async Task DisposeAsync()
    {
        if (_place is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
            await _receiver.DisposeAsync();
            await _hostNetwork.DisposeAsync();
            await _outboxNetwork.DisposeAsync();
            await _place.DisposeAsync();
        }
    }

    [PostgresTheory]
    [InlineData(Cut.BeforeRequest, false)]
    [InlineData(Cut.BeforeAnswer, true)]
    public async Task Where_the_hosts_commit_is_cut_the_event_is_there_if_its_row_is(Cut cut, bool committed)
    {
        await EndAsync(0, _throughNetwork);
        _hostNetwork.CutAt("COMMIT\0", cut); // not READ COMMITTED

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => EndAsync(1, _throughNetwork));

        Assert.Equal(committed, (await _direct.CommittedAsync()).Contains("call-1"));
        await EndAsync(2, _throughNetwork);
        await _direct.UntilAllDeliveredAsync();
        Assert.Equal(2 * (committed ? 3 : 2), (await JudgeAsync()).Delivered);
    }

    [PostgresTheory]
    [InlineData(Cut.BeforeRequest, false)]
    [InlineData(Cut.BeforeAnswer, true)]
    public async Task An_enqueue_of_its_own_that_was_cut_is_repeated_under_its_key_and_stored_once(Cut cut, bool stored)
    {
        await EndAsync(0, _direct, commit: true);
        var ended = Ended(1) with { IdempotencyKey = "ended-1" };
        _outboxNetwork.CutAt("ended-1", cut);

        Assert.True((await Assert.ThrowsAsync<OutboxStoreException>(() => Outbox.EnqueueInOwnTransactionAsync(ended))).IsTransient);
        var again = await Outbox.EnqueueInOwnTransactionAsync(ended);

        Assert.Equal(stored, again.IsDuplicate);
        await _direct.UntilAllDeliveredAsync();
        Assert.Equal(4, _receiver.Arrivals.Select(arrival => arrival.Delivery).Distinct().Count());
        Assert.Equal(4, _receiver.Arrivals.Count(arrival => !arrival.Refused));
    }

    [PostgresFact]
    public async Task A_network_that_cuts_one_request_in_ten_loses_nothing_and_repeats_nothing()
    {
        _hostNetwork.CutNowAndThen(new Prng(7), oneIn: 10);
        _outboxNetwork.CutNowAndThen(new Prng(8), oneIn: 10);
        var told = 0;
        for (var n = 0; n < 200; n++)
        {
            try
            {
                await EndAsync(n, _throughNetwork, commit: n % 4 != 3);
                told += n % 4 != 3 ? 1 : 0;
            }
            catch (Exception e) when (e is NpgsqlException or ObjectDisposedException)
            {
                // Whether it was committed only the database knows.
            }
        }

        _hostNetwork.CutNoMore();
        _outboxNetwork.CutNoMore();
        await OnlyForgottenLeasesAreLeftAsync();
        await _direct.OutliveLeasesAsync();
        await EndAsync(200, _direct);
        await _direct.UntilAllDeliveredAsync();

        var verdict = await JudgeAsync();
        output.WriteLine($"{told + 1} commits were told; {verdict}");
        Assert.InRange(verdict.Committed, 2 * (told + 1), 2 * 201);
        Assert.Equal(0, verdict.Repeated);
    }

    private static WebhookEvent Ended(int n) => CrashHost.Ended($"call-{n}", "call", n);

    private Task EndAsync(int n, CrashDatabase database, bool commit = true) =>
        database.EndCallAsync(Outbox, $"call-{n}", Ended(n), commit, _host.Services.GetRequiredService<KillPoints>());

    /// <summary>A claim that was stored and never heard of keeps its leases until they run out. Nothing was accepted under them.</summary>
    private async Task OnlyForgottenLeasesAreLeftAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        HashSet<string> leased;
        do
        {
            await timer.WaitForNextTickAsync(patience.Token);
            leased = await _direct.LeasedAsync();
        }
        while (await _direct.OpenAsync() != leased.Count || _receiver.Arrivals.Any(WasAcceptedUnderALease));

        bool WasAcceptedUnderALease(Arrival arrival) => !arrival.Refused
            && leased.Any(lease => lease.StartsWith($"{arrival.Delivery.Event}|{arrival.Delivery.Url}|", StringComparison.Ordinal));
    }

    private async Task<Verdict> JudgeAsync()
    {
        var verdict = await Verdict.OfAsync(_direct, _receiver, new HashSet<string>(), []);
        Assert.Empty(verdict.Broken);
        return verdict;
    }
}
