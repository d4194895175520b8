using Outbox.Benchmarks.Harness;
using Outbox.Benchmarks.Scenarios;
using Outbox.Benchmarks.Stores;

// The first argument is a scenario, or the part that this program plays when it starts itself as a child process.
switch (args)
{
    case [Sink.Role]:
        await Sink.RunAsync();
        return 0;
    case [VerifyingReceiver.Role]:
        await VerifyingReceiver.RunAsync();
        return 0;
    case [Worker.Role, .. var rest]:
        await Worker.RunAsync(rest);
        return 0;
    case ["micro", .. var rest]:
        Micro.Run(rest);
        return 0;
}

var scenarios = new Dictionary<string, Func<BenchSettings, Report, Task>>(StringComparer.Ordinal)
{
    ["drain"] = Drain.RunAsync,
    ["enqueue"] = Enqueue.RunAsync,
    ["latency"] = Latency.RunAsync,
    ["growth"] = Growth.RunAsync,
    ["isolation"] = Isolation.RunAsync,
    ["memory"] = Memory.RunAsync,
    ["idle"] = Idle.RunAsync,
    ["hosts"] = Hosts.RunAsync,
};

if (BenchSettings.TryParse(args) is not { } settings || !scenarios.TryGetValue(settings.Scenario, out var run))
{
    Console.Error.WriteLine(
        $"""
        dotnet run -c Release --project bench/Outbox.Benchmarks -- <scenario> [--store <store>] [--count N] [--concurrency N] [--rounds N]

        scenarios: {string.Join(", ", scenarios.Keys)}, micro
        stores:    {string.Join(", ", BenchStores.Names)}
        """);
    return 2;
}

var report = new Report(settings);
await run(settings, report);
report.PrintTable();
Console.WriteLine();
Console.WriteLine(await Machine.DescribeAsync(settings));
return 0;
