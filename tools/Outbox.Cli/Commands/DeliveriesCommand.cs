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
        var page = await FindAsync(outbox, settings, cancellationToken);
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

        // An id that breaks over lines cannot be copied: on a narrow terminal the endpoint goes first.
        var isWide = console.Profile.Width >= 130;
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("delivery", column => column.NoWrap())
            .AddColumn("status", column => column.NoWrap())
            .AddColumns("tries", "last", "type", "subject");
        table = (isWide ? table.AddColumn("endpoint") : table).AddColumn("enqueued");
        foreach (var delivery in page.Deliveries)
        {
            string[] cells =
            [
                Markup.Escape(delivery.Id),
                Printing.Markup(delivery.Status),
                Printing.Text(delivery.Attempts),
                Markup.Escape(Printing.LastHeard(delivery)),
                Markup.Escape(delivery.EventType),
                Markup.Escape(delivery.Subject ?? ""),
                .. isWide ? [Markup.Escape(delivery.EndpointId)] : Array.Empty<string>(),
                Printing.Text(delivery.EnqueuedAt),
            ];
            table.AddRow(cells);
        }

        console.Write(table);
        if (page.NextCursor is { } next)
        {
            console.MarkupLineInterpolated($"[grey]More: --cursor {next}[/]");
        }

        return 0;
    }

    // A page may hold less than was asked for where the store has looked through many that do not match.
    private static async Task<DeliveryPage> FindAsync(OpenOutbox outbox, Settings settings, CancellationToken cancellationToken)
    {
        var page = await outbox.Deliveries.ListAsync(settings.Filter, settings.Limit, settings.Cursor, cancellationToken);
        while (page.NextCursor is { } next && page.Deliveries.Count < settings.Limit)
        {
            var more = await outbox.Deliveries.ListAsync(settings.Filter, settings.Limit - page.Deliveries.Count, next, cancellationToken);
            page = new DeliveryPage([.. page.Deliveries, .. more.Deliveries], more.NextCursor);
        }

        return page;
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
