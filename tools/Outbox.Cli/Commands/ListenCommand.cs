using System.ComponentModel;
using System.Text.Json;
using Outbox.Cli.Listening;
using Outbox.Cli.Output;
using Outbox.Cli.Verifying;
using Spectre.Console;
using Spectre.Console.Cli;
using Spectre.Console.Json;

namespace Outbox.Cli.Commands;

/// <summary>Listens until it is stopped, or until enough has come.</summary>
internal sealed class ListenCommand(IAnsiConsole console, TimeProvider clock) : AsyncCommand<ListenCommand.Settings>
{
    private readonly Lock _console = new();
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _allGenuine = true;

    public override async Task<int> ExecuteAsync(CommandContext context, Settings settings, CancellationToken cancellationToken)
    {
        var receiver = new Receiver(settings.Profile, settings.Secret!, settings.Behaviour, clock, arrival => Tell(arrival, settings));
        await using var site = await receiver.StartAsync(settings.Port, cancellationToken);
        if (settings.Json)
        {
            console.WriteJson(new { Url = site.Urls.First() });
        }
        else
        {
            console.MarkupLineInterpolated($"Listening on [blue]{site.Urls.First()}[/] for {settings.Profile.Name}. The host must allow local receivers. Ctrl+C ends it.");
        }

        await Task.WhenAny(_enough.Task, Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken));
        return _allGenuine ? 0 : OutboxTool.No;
    }

    private void Tell(Arrival arrival, Settings settings)
    {
        lock (_console)
        {
            _allGenuine &= arrival.Verification.IsValid;
            if (settings.Json)
            {
                console.WriteJson(new
                {
                    arrival.Number,
                    arrival.Path,
                    Valid = arrival.Verification.IsValid,
                    arrival.Verification.Reason,
                    arrival.Verification.DeliveryId,
                    arrival.Answered,
                    arrival.Body,
                });
            }
            else
            {
                Print(arrival);
            }

            if (arrival.Number == settings.Count)
            {
                _enough.TrySetResult();
            }
        }
    }

    private void Print(Arrival arrival)
    {
        var verdict = arrival.Verification.IsValid ? "[green]genuine[/]" : "[red]refused[/]";
        var answered = arrival.Answered is { } code ? $"answered {code}" : "not answered";
        console.MarkupLine(
            $"{Printing.Text(clock.GetUtcNow())}  #{arrival.Number}  {verdict}  {Markup.Escape(Printing.Harmless(arrival.Path))}  {answered}  "
            + Markup.Escape(arrival.Verification.Reason ?? arrival.Verification.DeliveryId ?? ""));
        var body = Printing.Harmless(arrival.Body);
        console.Write(IsJson(body) ? new JsonText(body) : new Text(body));
        console.WriteLine();
    }

    private static bool IsJson(string body)
    {
        try
        {
            using var parsed = JsonDocument.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    internal sealed class Settings : ProfileSettings
    {
        [CommandOption("--port <PORT>")]
        [Description("The port on 127.0.0.1; 0 takes a free one. Default: 9000.")]
        public int Port { get; init; } = 9000;

        [CommandOption("--answer <STATUS>")]
        [Description("The status code to answer; repeated, one after the other, the last one for ever. Default: 200. What is not genuine gets 401.")]
        public int[] Answers { get; init; } = [];

        [CommandOption("--delay <SECONDS>")]
        [Description("How long it thinks before it answers. Default: 0.")]
        public double Delay { get; init; }

        [CommandOption("--hang")]
        [Description("Never answers.")]
        public bool Hang { get; init; }

        [CommandOption("--reset")]
        [Description("Cuts the connection instead of answering.")]
        public bool Reset { get; init; }

        [CommandOption("--count <COUNT>")]
        [Description("Ends after so many requests, with 1 where one was not genuine. Default: never.")]
        public int? Count { get; init; }

        public Behaviour Behaviour => new()
        {
            Answers = Answers.Length == 0 ? [200] : Answers,
            Delay = TimeSpan.FromSeconds(Delay),
            Hang = Hang,
            Reset = Reset,
        };

        public override ValidationResult Validate()
        {
            if (Answers.FirstOrDefault(code => code is < 200 or > 599) is var wrong and not 0)
            {
                return ValidationResult.Error($"--answer is {wrong}; give a status code from 200 to 599.");
            }

            if (Port is < 0 or > 65_535 || Delay is < 0 or > 86_400)
            {
                return ValidationResult.Error($"--port is {Port} and --delay {Delay}; ports are 0 to 65535, and a delay is 0 to 86400 seconds.");
            }

            return base.Validate();
        }
    }
}
