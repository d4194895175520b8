using System.ComponentModel;
using Outbox.Cli.Output;
using Outbox.Cli.Store;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Outbox.Cli.Commands;

/// <summary>A page of deliveries.</summary>
internal sealed class DeliveriesCommand(IAnsiConsole console) : AsyncCommand<DeliveriesCommand.Settings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var outbox = new OpenOutbox(settings);
        var page = await outbox.Deliveries.ListAsync(settings.Filter, settings.Limit, settings.Cursor, cancellationToken);
        if (settings.Json)
        {
            console.WriteJson(page);
            return 0;
        }

        if (page.Deliveries.Count == 0)
        {
            console.MarkupLine("[grey]No delivery matches.[/]");
            return 0;
        }

        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("delivery", "type", "subject", "endpoint", "status", "tries", "last", "enqueued");
        foreach (var delivery in page.Deliveries)
        {
            table.AddRow(
                Markup.Escape(delivery.Id),
                Markup.Escape(delivery.EventType),
                Markup.Escape(delivery.Subject ?? ""),
                Markup.Escape(delivery.EndpointId),
                Printing.Markup(delivery.Status),
                Printing.Text(delivery.Attempts),
                Markup.Escape(Printing.LastHeard(delivery)),
                Printing.Text(delivery.EnqueuedAt));
        }

        console.Write(table);
        if (page.NextCursor is { } next)
        {
            console.MarkupLineInterpolated($"[grey]More: --cursor {next}[/]");
        }

        return 0;
    }

    internal sealed class Settings : FilterSettings
    {
        [CommandOption("--limit <COUNT>")]
        [Description("How many at most; 1 to 500. Default: 50.")]
        public int Limit { get; init; } = 50;

        [CommandOption("--cursor <CURSOR>")]
        [Description("Where the page before ended.")]
        public string? Cursor { get; init; }
    }
}
