using System.Data.Common;
using Outbox.Cli.Commands;
using Outbox.Cli.Listening;
using Outbox.Cli.Verifying;
using Outbox.Storage;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Outbox.Cli;

/// <summary>
/// The <c>outbox</c> command. It ends with 0 where all went well, 1 where the answer is no (there is no such delivery, the signature is wrong), and
/// 2 where the question could not be asked.
/// </summary>
internal static class OutboxTool
{
    public const int No = 1;
    public const int Failed = 2;

    public static Task<int> RunAsync(string[] args, IAnsiConsole console, TimeProvider clock)
    {
        var app = new CommandApp();
        app.Configure(config =>
        {
            config.SetApplicationName("outbox");
            config.ConfigureConsole(console);
            config.Settings.Registrar.RegisterInstance(clock);
            config.SetExceptionHandler((failure, _) => Explain(failure, console));

            config.AddCommand<StatusCommand>("status")
                .WithDescription("What is owed now, and since when.")
                .WithExample("status", "--connection", "\"Data Source=calls.db\"");
            config.AddCommand<DeliveriesCommand>("deliveries")
                .WithDescription("Deliveries, newest first.")
                .WithExample("deliveries", "--status", "exhausted", "--subject", "call_42");
            config.AddCommand<ShowCommand>("show")
                .WithDescription("The story of one delivery: enqueued, held, each attempt with what came back.")
                .WithExample("show", "dlv_01k2");
            config.AddCommand<ReplayCommand>("replay")
                .WithDescription("Sends closed deliveries once more, with the same ids and bytes: one by its id, or all that the filters match.")
                .WithExample("replay", "dlv_01k2")
                .WithExample("replay", "--endpoint", "ep_01k2", "--from", "2026-05-25T00:00Z", "--dry-run");
            config.AddCommand<PruneCommand>("prune")
                .WithDescription("Deletes finished deliveries that are older than they need be, in small batches.")
                .WithExample("prune", "--delivered", "7", "--exhausted", "30");
            config.AddCommand<SchemaCommand>("schema")
                .WithDescription("Prints the script that makes the tables, or applies it.")
                .WithExample("schema", "--store", "postgres", "--apply");
            config.AddCommand<VerifyCommand>("verify")
                .WithDescription("Says whether a captured request was signed rightly and, if not, which usual mistake it is.")
                .WithExample("verify", "--profile", "ttma", "--secret", "…", "--request", "captured.http");
            config.AddCommand<ListenCommand>("listen")
                .WithDescription("A receiver on this machine that verifies, prints, and answers well, slowly, badly or not at all.")
                .WithExample("listen", "--profile", "standard", "--secret", "whsec_…", "--answer", "500", "--answer", "200");
        });
        return app.RunAsync(args);
    }

    private static int Explain(Exception failure, IAnsiConsole console)
    {
        if (failure is CommandAppException { Pretty: { } pretty })
        {
            console.Write(pretty);
            return Failed;
        }

        if (failure is OperationCanceledException)
        {
            console.MarkupLine("[yellow]stopped[/] before it was done; what was done stays.");
            return No;
        }

        var isKnown = failure is WebhookValidationException or OutboxStoreException or DbException or IOException or CommandAppException or ArgumentException;
        console.MarkupLineInterpolated($"[red]error:[/] {(isKnown ? failure.Message : failure.ToString())}");
        return Failed;
    }
}
