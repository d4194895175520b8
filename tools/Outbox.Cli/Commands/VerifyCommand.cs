using System.ComponentModel;
using Outbox.Cli.Output;
using Outbox.Cli.Verifying;
using Outbox.Signing;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Outbox.Cli.Commands;

/// <summary>Judges a captured request.</summary>
internal sealed class VerifyCommand(IAnsiConsole console, TimeProvider clock) : AsyncCommand<VerifyCommand.Settings>
{
    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        var request = settings.Request is { } file
            ? CapturedRequest.Parse(await ReadAsync(file, cancellationToken))
            : CapturedRequest.Of(settings.Headers, await ReadAsync(settings.Body!, cancellationToken));
        var now = settings.At is { } at ? new FixedClock(Times.Read(at)!.Value) : clock;
        var diagnosis = Diagnosis.Of(request, settings.Profile, settings.Secret!, now, TimeSpan.FromSeconds(settings.Window));

        if (settings.Json)
        {
            console.WriteJson(new { Valid = diagnosis.IsGenuine, Reason = diagnosis.Verdict, diagnosis.Mistakes, diagnosis.DeliveryId });
        }
        else
        {
            Print(diagnosis);
        }

        return diagnosis.IsGenuine ? 0 : OutboxTool.No;
    }

    private static async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (!string.Equals(file, "-", StringComparison.Ordinal))
        {
            return await File.ReadAllBytesAsync(file, cancellationToken);
        }

        await using var input = Console.OpenStandardInput();
        using var all = new MemoryStream();
        await input.CopyToAsync(all, cancellationToken);
        return all.ToArray();
    }

    private void Print(Diagnosis diagnosis)
    {
        if (diagnosis.IsGenuine)
        {
            console.MarkupLineInterpolated($"[green]genuine[/]  {diagnosis.Verdict} Delivery: {diagnosis.DeliveryId ?? "no id"}");
            return;
        }

        console.MarkupLineInterpolated($"[red]refused[/]  {diagnosis.Verdict}");
        foreach (var mistake in diagnosis.Mistakes)
        {
            console.MarkupLineInterpolated($"[yellow]likely[/]   {mistake}");
        }
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    internal sealed class Settings : ProfileSettings
    {
        [CommandOption("--request <FILE>")]
        [Description("The request as it was on the wire: headers, an empty line, the body. - for standard input.")]
        public string? Request { get; init; }

        [CommandOption("--body <FILE>")]
        [Description("The body alone, byte for byte; with --header. - for standard input.")]
        public string? Body { get; init; }

        [CommandOption("-H|--header <HEADER>")]
        [Description("A header with --body: 'X-TTMA-Signature: t=…'. May be repeated.")]
        public string[] Headers { get; init; } = [];

        [CommandOption("--window <SECONDS>")]
        [Description("How old a request may be. Default: 300.")]
        public int Window { get; init; } = (int)WebhookVerifier.DefaultReplayWindow.TotalSeconds;

        [CommandOption("--at <TIME>")]
        [Description("Judges as of this time, for old captures: 2026-05-25T14:00Z.")]
        public string? At { get; init; }

        public override ValidationResult Validate()
        {
            if (Request is null == Body is null)
            {
                return ValidationResult.Error("Give the captured request by --request FILE, or its parts by --body FILE and --header.");
            }

            if (Times.Refuse(At) is { } refusal)
            {
                return refusal;
            }

            return Window > 0 ? base.Validate() : ValidationResult.Error($"--window is {Window}; give at least 1 second.");
        }
    }
}
