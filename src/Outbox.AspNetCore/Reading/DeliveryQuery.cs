using System.Globalization;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Routes;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;
using Outbox.Deliveries;

namespace Outbox.AspNetCore.Reading;

/// <summary>The filters of a list of deliveries, as they stand in a query.</summary>
internal sealed record DeliveryQuery
{
    public string? Status { get; init; }

    public string? Endpoint { get; init; }

    public string? Event { get; init; }

    public string? Type { get; init; }

    public string? Subject { get; init; }

    public string? Tenant { get; init; }

    public string? Error { get; init; }

    public string? From { get; init; }

    public string? Until { get; init; }

    public string? Search { get; init; }

    public static DeliveryQuery Of(ReplayFilters filters) => new()
    {
        Status = filters.Status,
        Endpoint = filters.Endpoint,
        Event = filters.Event,
        Type = filters.Type,
        Subject = filters.Subject,
        Tenant = filters.Tenant,
        Error = filters.Error,
        From = filters.From?.ToString("O", CultureInfo.InvariantCulture),
        Until = filters.Until?.ToString("O", CultureInfo.InvariantCulture),
    };

    /// <summary>What the store is asked for, on behalf of this caller.</summary>
    /// <exception cref="ProblemException">A value cannot be read.</exception>
    public DeliveryFilter Filter(Access access)
    {
        var filter = new DeliveryFilter
        {
            EndpointId = Requested.Text("endpoint", Endpoint),
            EventId = Requested.Text("event", Event),
            EventType = Requested.Text("type", Type),
            Subject = Requested.Text("subject", Subject),
            Tenant = Requested.Text("tenant", Tenant),
            EndpointTenant = access.Tenant,
            From = Time("from", From),
            Until = Time("until", Until),
        };
        return WithSearch(WithError(WithStatus(filter)));
    }

    /// <summary>The delivery's id that was searched for, which no filter finds; else null.</summary>
    public string? DeliveryId => Requested.Text("search", Search) is { } search && search.StartsWith("dlv_", StringComparison.Ordinal) ? search : null;

    private DeliveryFilter WithStatus(DeliveryFilter filter) => Requested.Text("status", Status) switch
    {
        null => filter,
        "open" => filter with { OpenOnly = true },
        "failed" => filter with { Status = DeliveryStatus.Exhausted },
        { } name => Enum.GetValues<DeliveryStatus>().Where(status => DeliveryView.NameOf(status) == name).ToList() is [var status]
            ? filter with { Status = status }
            : throw new ProblemException(Problem.Malformed(
                $"'{name}' is no status. Give waiting, delivering, delivered, exhausted, parked, cancelled, open or failed.", "status")),
    };

    private DeliveryFilter WithError(DeliveryFilter filter) => Requested.Text("error", Error) switch
    {
        null => filter,
        { } error when int.TryParse(error, NumberStyles.None, CultureInfo.InvariantCulture, out var code) => filter with { LastStatusCode = code },
        { } error => filter with { LastError = error },
    };

    private DeliveryFilter WithSearch(DeliveryFilter filter) => Requested.Text("search", Search) switch
    {
        null => filter,
        ['e', 'v', 't', '_', ..] id => filter with { EventId = id },
        ['e', 'p', '_', ..] id => filter with { EndpointId = id },
        { } subject => filter with { SubjectPrefix = subject },
    };

    private static DateTimeOffset? Time(string name, string? value) =>
        Requested.Text(name, value) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new ProblemException(Problem.Malformed($"'{text}' is no time. Write it as 2026-05-25T14:35:12Z.", name));
}
