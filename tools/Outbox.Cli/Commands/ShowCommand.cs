using System.ComponentModel;
using System.Text.Json;
using Outbox.Cli.Output;
using Outbox.Cli.Store;
using Outbox.Deliveries;
using Spectre.Console;
using Spectre.Console.Cli;
using Spectre.Console.Json;

namespace Outbox.Cli.Commands;

/// <summary>The story of one delivery.</summary>
internal sealed class ShowCommand(IAnsiConsole console) : AsyncCommand<ShowCommand.Settings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var outbox = new OpenOutbox(settings);
        if (await outbox.Deliveries.GetAsync(settings.Id, cancellationToken) is not { } delivery)
        {
            console.MarkupLineInterpolated($"[red]error:[/] There is no delivery '{settings.Id}'; it may have been pruned.");
            return OutboxTool.No;
        }

        using var data = JsonDocument.Parse(delivery.Data);
        if (settings.Json)
        {
            console.WriteJson(new { Delivery = (DeliveryInfo)delivery, Data = data.RootElement, delivery.AttemptLog });
            return 0;
        }

        Head(delivery);
        Timeline(delivery);
        if (settings.Data)
        {
            console.Write(new Panel(new JsonText(Printing.Harmless(data.RootElement.GetRawText()))).Header("data"));
        }

        return 0;
    }

    private void Head(DeliveryDetails delivery)
    {
        var head = new Grid().AddColumn().AddColumn();
        head.AddRow("delivery", Markup.Escape(delivery.Id));
        head.AddRow("event", Markup.Escape($"{delivery.EventType} {delivery.EventId}"));
        head.AddRow("subject", Markup.Escape(delivery.Subject ?? "none"));
        head.AddRow("endpoint", Markup.Escape($"{delivery.EndpointId} ({delivery.Profile})"));
        head.AddRow("status", Printing.Markup(delivery.Status));
        console.Write(head);
    }

    private void Timeline(DeliveryDetails delivery)
    {
        var story = new Table().Border(TableBorder.None).HideHeaders().AddColumns("at", "what", "more");
        story.AddRow(Printing.Text(delivery.EnqueuedAt), "enqueued", "");
        foreach (var hold in delivery.Holds)
        {
            story.AddRow(Printing.Text(delivery.EnqueuedAt), "[blue]held[/]", Markup.Escape($"waits for its {hold.Artifact} until {Printing.Text(hold.Deadline)}"));
            if (hold.ReleasedAt is { } at)
            {
                story.AddRow(Printing.Text(at), "released", Markup.Escape($"{hold.Artifact} arrived"));
            }
        }

        foreach (var attempt in delivery.AttemptLog)
        {
            var answer = attempt.StatusCode is { } code ? $"answered {code}" : attempt.Error ?? "no answer";
            story.AddRow(
                Printing.Text(attempt.StartedAt),
                $"attempt {attempt.Number}",
                Markup.Escape(Printing.Harmless($"{answer} in {Printing.Text(attempt.Duration)}{After(": ", attempt.Detail)}{After("\n", attempt.Excerpt)}")));
        }

        var end = delivery.Status switch
        {
            DeliveryStatus.Waiting => (Printing.Text(delivery.DueAt), "due"),
            DeliveryStatus.Delivering => ("", "on the wire"),
            DeliveryStatus.Parked => ("", "parked until its endpoint is enabled"),
            _ => (Printing.Text(delivery.ClosedAt), delivery.Status.ToString().ToLowerInvariant()),
        };
        story.AddRow(end.Item1, end.Item2, Markup.Escape(delivery.Status is DeliveryStatus.Delivered ? "" : Printing.LastHeard(delivery)));
        console.Write(story);
    }

    private static string After(string between, string? text) => string.IsNullOrEmpty(text) ? "" : between + text;

    internal sealed class Settings : StoreSettings
    {
        [CommandArgument(0, "<DELIVERY>")]
        [Description("The delivery's id.")]
        public string Id { get; init; } = "";

        [CommandOption("--data")]
        [Description("Prints the event's data too. It may hold what customers said.")]
        public bool Data { get; init; }
    }
}
