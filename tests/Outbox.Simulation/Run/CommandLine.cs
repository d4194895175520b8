using System.Globalization;
using System.Text.Json;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Mistakes;

namespace Outbox.Simulation.Run;

/// <summary>
/// <c>--seeds N [--start N]</c> runs many seeds, <c>--seed N [--lines N]</c> one with its trace; <c>--mistake Name</c> makes a mistake in all of
/// them; <c>--mistakes</c> makes each in turn until it is found, and prints the table that is kept in <c>mistakes.md</c>.
/// </summary>
internal static class CommandLine
{
    private const string Lines = "400";

    public static int Run(string[] args)
    {
        if (args.Contains("--mistakes"))
        {
            return Find();
        }

        var mistake = Enum.Parse<Mistake>(Option(args, "--mistake") ?? nameof(Mistake.None), ignoreCase: true);
        if (Option(args, "--seed") is { } one)
        {
            return Show(Simulation.Run(Number(one), mistake, keepLines: int.Parse(Option(args, "--lines") ?? Lines, CultureInfo.InvariantCulture)));
        }

        var (seeds, start) = (Number(Option(args, "--seeds") ?? "200"), Number(Option(args, "--start") ?? "1"));
        var summary = new Summary();
        foreach (var result in SeedRuns.Of(start, seeds, mistake))
        {
            summary.Add(result);
            if (result.IsBroken)
            {
                Console.WriteLine(result.Story());
            }
        }

        Console.WriteLine(summary.ToJson());
        return summary.Violations == 0 ? 0 : 1;
    }

    private static int Find()
    {
        var missed = 0;
        Console.WriteLine(MistakeHunt.Heading);
        foreach (var mistake in Enum.GetValues<Mistake>().Where(mistake => mistake != Mistake.None))
        {
            var found = MistakeHunt.Find(mistake);
            missed += found is null ? 1 : 0;
            Console.WriteLine(found is null ? $"| {mistake} | not in {MistakeHunt.Most} | |" : $"| {mistake} | {found.Seed} | {found.Rule} |");
        }

        return missed;
    }

    private static int Show(SeedResult result)
    {
        foreach (var line in result.Trace)
        {
            Console.WriteLine(line);
        }

        Console.WriteLine(result.IsBroken ? $"VIOLATION of {result.Rule}: {result.Violation}" : $"Nothing was violated. Trace {result.Hash:x16}, {result.Events} events, {result.Attempts} attempts, {result.Steps} steps.");
        return result.IsBroken ? 1 : 0;
    }

    private static string? Option(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>What many seeds came to.</summary>
internal sealed class Summary
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private int _seeds;
    private long _events;
    private long _attempts;

    public FaultCounts Faults { get; } = new();

    public int Violations { get; private set; }

    public void Add(SeedResult result)
    {
        _seeds++;
        _events += result.Events;
        _attempts += result.Attempts;
        Violations += result.IsBroken ? 1 : 0;
        Faults.Add(result.Faults);
    }

    public string ToJson() => JsonSerializer.Serialize(new { Seeds = _seeds, Events = _events, Attempts = _attempts, Violations, Faults = Faults.ToTable() }, Json);
}
