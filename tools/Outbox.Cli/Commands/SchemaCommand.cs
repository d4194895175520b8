using System.ComponentModel;
using Outbox.Cli.Store;
using Outbox.Storage;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Outbox.Cli.Commands;

/// <summary>The tables' script, for those whose application may not make tables.</summary>
internal sealed class SchemaCommand(IAnsiConsole console) : AsyncCommand<SchemaCommand.Settings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var outbox = new OpenOutbox(settings, SchemaMode.CreateAndMigrate);
        if (!settings.Apply)
        {
            await console.Profile.Out.Writer.WriteLineAsync(outbox.Store.SchemaScript.AsMemory(), cancellationToken);
            return 0;
        }

        await outbox.Store.OpenAsync(cancellationToken);
        console.MarkupLine("The tables are there, in this version.");
        return 0;
    }

    internal sealed class Settings : StoreSettings
    {
        [CommandOption("--apply")]
        [Description("Makes or migrates the tables instead of printing the script.")]
        public bool Apply { get; init; }

        /// <summary>To print the script no database is needed.</summary>
        public override ValidationResult Validate() => Apply || Connection is not null ? base.Validate() : ValidationResult.Success();
    }
}
