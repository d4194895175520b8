using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Outbox.Benchmarks.Stores;

namespace Outbox.Benchmarks.Harness;

/// <summary>What a dispatching process has cost so far.</summary>
internal sealed record Cost(double CpuMilliseconds, double PeakMegabytes, long? Queries);

/// <summary>A dispatching host in a process of its own.</summary>
internal static class Worker
{
    public const string Role = "worker";

    public static async Task RunAsync(string[] args)
    {
        await using var database = BenchStores.Join(args[0], args[1]);
        await using var host = await OutboxHost.StartAsync(database, dispatch: true, int.Parse(args[2], CultureInfo.InvariantCulture));
        Console.WriteLine("started");
        while (await Console.In.ReadLineAsync() is { } command)
        {
            Console.WriteLine(command switch
            {
                "cost" => await CostAsync(database, host),
                "drained" => await UntilDrainedAsync(host),
                _ => "unknown",
            });
        }
    }

    private static async Task<string> CostAsync(IBenchDatabase database, OutboxHost host)
    {
        using var process = Process.GetCurrentProcess();
        return JsonSerializer.Serialize(
            new Cost(process.TotalProcessorTime.TotalMilliseconds, process.PeakWorkingSet64 / 1e6, await database.QueriesAsync(host.Services)));
    }

    private static async Task<string> UntilDrainedAsync(OutboxHost host)
    {
        await using var client = await host.ConnectAsync();
        await Timing.UntilAsync(async () => !await client.HasOpenAsync(), "everything is delivered");
        return "drained";
    }
}

/// <summary>The worker as its parent sees it.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly ChildProcess _child;

    private WorkerProcess(ChildProcess child) => _child = child;

    public static async Task<WorkerProcess> StartAsync(string store, IBenchDatabase database, int concurrency = 128)
    {
        var child = ChildProcess.Start(Worker.Role, store, database.Address, concurrency.ToString(CultureInfo.InvariantCulture));
        await child.ReadAsync();
        return new WorkerProcess(child);
    }

    public async Task<Cost> CostAsync() => JsonSerializer.Deserialize<Cost>(await _child.AskAsync("cost"))!;

    /// <summary>Waits until everything is delivered. The worker looks itself: a store may belong to one process.</summary>
    public Task UntilDrainedAsync() => _child.AskAsync("drained");

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
