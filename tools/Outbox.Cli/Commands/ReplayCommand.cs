using System.ComponentModel;
using System.Globalization;
using Outbox.Cli.Output;
using Outbox.Cli.Store;
using Outbox.Deliveries;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Outbox.Cli.Commands;

/// <summary>Sends closed deliveries once more.</summary>
internal sealed class ReplayCommand(IAnsiConsole console) : AsyncCommand<ReplayCommand.Settings>
{
    /// <summary>As far as the store counts.</summary>
    private const int CountTo = 1_000_000;

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var outbox = new OpenOutbox(settings);
        return settings.Id is { } id
            ? await ReplayOneAsync(outbox.Deliveries, id, settings.Json, cancellationToken)
            : await ReplayManyAsync(outbox, settings, cancellationToken);
    }

    private async Task<int> ReplayOneAsync(IWebhookDeliveries deliveries, string id, bool json, CancellationToken cancellationToken)
    {
        var replayed = await deliveries.ReplayAsync(id, cancellationToken);
        if (json)
        {
            console.WriteJson(new { Replayed = replayed ? 1 : 0 });
        }
        else if (replayed)
        {
            console.MarkupLineInterpolated($"{id} goes out again. A host that dispatches finds it within its sweep, a minute by default.");
        }
        else
        {
            console.MarkupLineInterpolated(
                $"[red]error:[/] '{id}' cannot be replayed: there is none of that id, it is still open, it was erased, or its endpoint was deleted.");
        }

        return replayed ? 0 : OutboxTool.No;
    }

    private async Task<int> ReplayManyAsync(OpenOutbox outbox, Settings settings, CancellationToken cancellationToken)
    {
        var deliveries = outbox.Deliveries;
        var filter = settings.Filter with { Status = settings.Filter.Status ?? DeliveryStatus.Exhausted };
        var (matching, capped) = await outbox.Inspection.CountAsync(filter, CountTo, cancellationToken);
        var many = matching == 1 && !capped ? "1 delivery matches" : string.Create(CultureInfo.InvariantCulture, $"{(capped ? "More than " : "")}{matching:N0} deliveries match");
        if (settings.DryRun)
        {
            Tell(settings.Json, new { Matching = matching, Capped = capped }, $"{many}; nothing was done.");
            return 0;
        }

        var mayAsk = !settings.Json && console.Profile.Capabilities.Interactive;
        if (!settings.Yes && !(mayAsk && await console.ConfirmAsync($"{many}. Send once more?", defaultValue: false, cancellationToken)))
        {
            Tell(settings.Json, new { Matching = matching, Capped = capped, Replayed = 0 }, $"{many}; nothing was done. Say --yes to replay.");
            return OutboxTool.No;
        }

        var replayed = settings.Json
            ? await deliveries.ReplayAsync(filter, progress: null, cancellationToken)
            : await console.Progress().StartAsync(bar => ReplayAsync(deliveries, filter, bar.AddTask("replaying", maxValue: Math.Max(1, matching)), cancellationToken));
        Tell(settings.Json, new { Matching = matching, Capped = capped, Replayed = replayed }, $"{replayed:N0} {(replayed == 1 ? "delivery goes" : "deliveries go")} out again, paced by the endpoints' limits.");
        return 0;
    }

    private static async Task<int> ReplayAsync(IWebhookDeliveries deliveries, DeliveryFilter filter, ProgressTask bar, CancellationToken cancellationToken)
    {
        var replayed = await deliveries.ReplayAsync(filter, new BarProgress(bar), cancellationToken);
        bar.Value = bar.MaxValue;
        return replayed;
    }

    private void Tell(bool json, object forScripts, FormattableString sentence)
    {
        if (json)
        {
            console.WriteJson(forScripts);
        }
        else
        {
            console.MarkupLineInterpolated(sentence);
        }
    }

    private sealed class BarProgress(ProgressTask bar) : IProgress<int>
    {
        public void Report(int value) => bar.Value = value;
    }

    internal sealed class Settings : FilterSettings
    {
        [CommandArgument(0, "[DELIVERY]")]
        [Description("One delivery's id. Without it the filters say which: exhausted ones, unless --status names another closed status.")]
        public string? Id { get; init; }

        [CommandOption("--dry-run")]
        [Description("Counts what matches, and does nothing.")]
        public bool DryRun { get; init; }

        [CommandOption("-y|--yes")]
        [Description("Does not ask.")]
        public bool Yes { get; init; }
    }
}
