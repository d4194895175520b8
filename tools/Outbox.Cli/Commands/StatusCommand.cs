using Outbox.Cli.Output;
using Outbox.Cli.Store;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Outbox.Cli.Commands;

/// <summary>What is owed now.</summary>
internal sealed class StatusCommand(IAnsiConsole console) : AsyncCommand<StoreSettings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, StoreSettings settings, CancellationToken cancellationToken)
    {
        await using var outbox = new OpenOutbox(settings);
        var backlog = await outbox.Deliveries.CountBacklogAsync(cancellationToken);
        if (settings.Json)
        {
            console.WriteJson(backlog);
            return 0;
        }

        var table = new Table().Border(TableBorder.Simple).HideHeaders().AddColumns("what", "count");
        table.AddRow("[blue]waiting[/]", Count(backlog.Waiting));
        table.AddRow("[blue]delivering[/]", Count(backlog.Delivering));
        table.AddRow("[yellow]parked[/]", Count(backlog.Parked));
        table.AddRow("[red]exhausted[/]", Count(backlog.Exhausted));
        table.AddRow("disabled endpoints", Count(backlog.DisabledEndpoints));
        table.AddRow("oldest due since", backlog.OldestDue is { } age ? Printing.Text(age) : "nothing is due");
        console.Write(table);
        return 0;

        static string Count(long count) => count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
    }
}
