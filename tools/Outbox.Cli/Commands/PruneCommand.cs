using System.ComponentModel;
using Outbox.Cli.Output;
using Outbox.Cli.Store;
using Outbox.Storage;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Outbox.Cli.Commands;

/// <summary>Deletes what the hosts would delete in the end, now.</summary>
internal sealed class PruneCommand(IAnsiConsole console) : AsyncCommand<PruneCommand.Settings>
{
    private const int BatchSize = 500;

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        await using var outbox = new OpenOutbox(settings);
        await outbox.Store.OpenAsync(cancellationToken);
        var request = new PruneRequest
        {
            KeepDelivered = TimeSpan.FromDays(settings.Delivered),
            KeepExhausted = TimeSpan.FromDays(settings.Exhausted),
            BatchSize = BatchSize,
        };
        var pruned = 0;
        int batch;
        do
        {
            batch = await outbox.Store.PruneAsync(request, cancellationToken);
            pruned += batch;
        }
        while (batch >= BatchSize);

        if (settings.Json)
        {
            console.WriteJson(new { Pruned = pruned });
        }
        else
        {
            console.MarkupLineInterpolated($"{pruned} deliveries were deleted, with their attempts and payloads.");
        }

        return 0;
    }

    internal sealed class Settings : StoreSettings
    {
        [CommandOption("--delivered <DAYS>")]
        [Description("How many days delivered and cancelled deliveries are kept. Default: 7.")]
        public double Delivered { get; init; } = 7;

        [CommandOption("--exhausted <DAYS>")]
        [Description("How many days exhausted deliveries are kept. Default: 30.")]
        public double Exhausted { get; init; } = 30;

        public override ValidationResult Validate() =>
            Delivered is >= 0 and <= 36_500 && Exhausted is >= 0 and <= 36_500
                ? base.Validate()
                : ValidationResult.Error($"Days are 0 to 36500; --delivered is {Delivered} and --exhausted is {Exhausted}.");
    }
}
