using System.Diagnostics;
using System.Text.Json;
using Outbox.Events;
using Outbox.Json;
using Outbox.Storage;

namespace Outbox.Notices;

/// <summary>Writes notices as events, for the store to keep with their cause.</summary>
internal sealed class NoticeWriter(IdGenerator ids)
{
    public static readonly string[] Types = [WebhookNotice.EndpointDisabled, WebhookNotice.EndpointRecovered, WebhookNotice.DeliveryExhausted];

    private static readonly string[] Scopes = [WebhookScope.Notices.ToString()];

    /// <summary>Whether an event is a notice: no event of the platform may have such a type.</summary>
    public static bool IsNotice(string eventType) => Types.Contains(eventType, StringComparer.Ordinal);

    /// <summary>What operators are told of a settlement that was stored.</summary>
    public NewEvent Of(Settlement settlement, NoticeCause cause)
    {
        var (delivery, endpoint) = (settlement.Delivery, settlement.Delivery.Endpoint);
        return cause switch
        {
            NoticeCause.DeliveryExhausted => Write(WebhookNotice.DeliveryExhausted, new()
            {
                EndpointId = endpoint.Id,
                Tenant = delivery.Tenant,
                DeliveryId = delivery.Id,
                EventId = delivery.EventId,
                EventType = delivery.EventType,
                Tries = delivery.FailedTries + 1,
                StatusCode = settlement.Attempt?.StatusCode,
                Error = settlement.Attempt?.Error,
            }),
            NoticeCause.EndpointDisabled => Disabled(endpoint.Id, endpoint.Tenant, settlement.Transition.Reason, endpoint.FailuresInARow + 1),
            NoticeCause.EndpointRecovered => Write(WebhookNotice.EndpointRecovered, new()
            {
                EndpointId = endpoint.Id,
                Tenant = endpoint.Tenant,
                FailuresInARow = endpoint.FailuresInARow,
            }),
            _ => throw new UnreachableException($"No such cause of a notice: {cause}."),
        };
    }

    /// <summary>What operators are told of an endpoint that was disabled by request.</summary>
    public NewEvent Disabled(StoredEndpoint endpoint) => Disabled(endpoint.Id, endpoint.Tenant, endpoint.DisabledReason, endpoint.FailuresInARow);

    private NewEvent Disabled(string endpointId, string? tenant, string? reason, int failuresInARow) =>
        Write(WebhookNotice.EndpointDisabled, new() { EndpointId = endpointId, Tenant = tenant, Reason = reason, FailuresInARow = failuresInARow });

    private NewEvent Write(string type, NoticeData data) => new()
    {
        Id = ids.NewEventId(),
        Type = type,
        Tenant = data.Tenant,
        Scopes = Scopes,
        Data = CanonicalJson.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(data, NoticeJson.Default.NoticeData), new CanonicalJsonOptions()),
    };
}
