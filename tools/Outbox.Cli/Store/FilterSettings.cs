using System.ComponentModel;
using System.Globalization;
using Outbox.Deliveries;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Outbox.Cli.Store;

/// <summary>Which deliveries.</summary>
internal class FilterSettings : StoreSettings
{
    [CommandOption("--status <STATUS>")]
    [Description("waiting, delivering, delivered, exhausted, parked or cancelled.")]
    public string? Status { get; init; }

    [CommandOption("--endpoint <ID>")]
    [Description("Only what is owed to this endpoint.")]
    public string? Endpoint { get; init; }

    [CommandOption("--event <ID>")]
    [Description("Only the deliveries of this event.")]
    public string? Event { get; init; }

    [CommandOption("--type <TYPE>")]
    [Description("Only this event type.")]
    public string? Type { get; init; }

    [CommandOption("--subject <SUBJECT>")]
    [Description("Only events about this subject: a call's id.")]
    public string? Subject { get; init; }

    [CommandOption("--tenant <TENANT>")]
    [Description("Only this tenant's events.")]
    public string? Tenant { get; init; }

    [CommandOption("--error <CODE>")]
    [Description("Only those whose last attempt ended so: an error's code such as timeout, or a status code such as 500.")]
    public string? Error { get; init; }

    [CommandOption("--from <TIME>")]
    [Description("Only those enqueued at this time or later, in UTC unless it says otherwise: 2026-05-25T14:00Z.")]
    public string? From { get; init; }

    [CommandOption("--until <TIME>")]
    [Description("Only those enqueued before this time.")]
    public string? Until { get; init; }

    public DeliveryFilter Filter => new()
    {
        Status = StatusOf(Status),
        EndpointId = Endpoint,
        EventId = Event,
        EventType = Type,
        Subject = Subject,
        Tenant = Tenant,
        LastStatusCode = int.TryParse(Error, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null,
        LastError = code == 0 ? Error : null,
        From = Times.Read(From),
        Until = Times.Read(Until),
    };

    public override ValidationResult Validate()
    {
        if (Status is not null && StatusOf(Status) is null)
        {
            return ValidationResult.Error(
                $"There is no status '{Status}'. Give one of {string.Join(", ", Enum.GetNames<DeliveryStatus>()).ToLowerInvariant()}.");
        }

        return Times.Refuse(From) ?? Times.Refuse(Until) ?? base.Validate();
    }

    private static DeliveryStatus? StatusOf(string? status) =>
        Enum.TryParse<DeliveryStatus>(status, ignoreCase: true, out var known) && Enum.IsDefined(known) && !char.IsAsciiDigit(status![0]) ? known : null;
}
