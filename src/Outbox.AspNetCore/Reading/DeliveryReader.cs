using System.Text;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Routes;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;
using Outbox.Deliveries;

namespace Outbox.AspNetCore.Reading;

/// <summary>Reads deliveries on behalf of a caller.</summary>
internal sealed class DeliveryReader(Mapping mapping)
{
    private IWebhookDeliveries Deliveries => mapping.Outbox.Deliveries;

    /// <summary>The delivery of that id.</summary>
    /// <exception cref="ProblemException">There is none that the caller may see.</exception>
    public async Task<DeliveryDetails> GetAsync(Access access, string id, CancellationToken cancellationToken) =>
        Requested.IsText(id) && await Deliveries.GetAsync(id, cancellationToken) is { } delivery && await SeesAsync(access, delivery, cancellationToken)
            ? delivery
            : throw new ProblemException(Problem.NotFound("delivery", id));

    public async Task<DeliveryView> ViewAsync(Access access, string id, CancellationToken cancellationToken)
    {
        var delivery = await GetAsync(access, id, cancellationToken);
        return DeliveryView.Of(delivery, await mapping.Outbox.Endpoints.GetAsync(delivery.EndpointId, cancellationToken), access);
    }

    public async Task<PageView<DeliveryView>> ListAsync(
        Access access, DeliveryQuery query, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var filter = query.Filter(access);
        if (query.DeliveryId is { } id)
        {
            return await Deliveries.GetAsync(id, cancellationToken) is { } one && await SeesAsync(access, one, cancellationToken)
                ? new PageView<DeliveryView>([await ViewAsync(access, id, cancellationToken)], null)
                : new PageView<DeliveryView>([], null);
        }

        var page = await Deliveries.ListAsync(filter, limit, cursor, cancellationToken);
        var endpoints = new Dictionary<string, EndpointInfo?>(StringComparer.Ordinal);
        foreach (var endpointId in page.Deliveries.Select(delivery => delivery.EndpointId).Distinct(StringComparer.Ordinal))
        {
            endpoints[endpointId] = await mapping.Outbox.Endpoints.GetAsync(endpointId, cancellationToken);
        }

        return new PageView<DeliveryView>(
            [.. page.Deliveries.Select(delivery => DeliveryView.Of(delivery, endpoints[delivery.EndpointId], access))], page.NextCursor);
    }

    public async Task<CountView> CountAsync(Access access, DeliveryQuery query, CancellationToken cancellationToken) => query.DeliveryId is null
        ? CountView.Of(await mapping.Outbox.Inspection.CountAsync(query.Filter(access), SessionView.Cap, cancellationToken))
        : new CountView((await ListAsync(access, query, 1, cursor: null, cancellationToken)).Items.Count, Capped: false);

    public async Task<DeliveryDetailsView> DetailsAsync(Access access, string id, CancellationToken cancellationToken)
    {
        var delivery = await GetAsync(access, id, cancellationToken);
        var endpoint = await mapping.Outbox.Endpoints.GetAsync(delivery.EndpointId, cancellationToken);
        var profile = mapping.Outbox.Profiles.FirstOrDefault(profile => profile.Name == delivery.Profile);
        var request = endpoint is null ? null : mapping.Tester.Describe(delivery, endpoint.Url);
        var isOpen = delivery.ClosedAt is null;
        return new DeliveryDetailsView(DeliveryView.Of(delivery, endpoint, access))
        {
            PayloadMasked = !access.SeesPayloads,
            Event = EventOf(delivery, access),
            Holds = [.. delivery.Holds.Select(hold => new HoldView(hold.Artifact, hold.Deadline, hold.ReleasedAt))],
            Request = request is null ? null : RequestView.Of(request, access),
            Timeline = Timeline.Of(delivery, endpoint, mapping.Clock.GetUtcNow()),
            AttemptLog = [.. delivery.AttemptLog.Select(AttemptOf)],
            CanReplay = access.CanOperate && !isOpen && delivery.ErasedAt is null && endpoint is not null,
            CanCancel = access.CanOperate && isOpen,
        };

        AttemptView AttemptOf(AttemptInfo attempt) => new()
        {
            Number = attempt.Number,
            StartedAt = attempt.StartedAt,
            DurationMs = (long)attempt.Duration.TotalMilliseconds,
            Ok = attempt.StatusCode is { } status && (profile?.Success.Contains(status) ?? status is >= 200 and < 300),
            StatusCode = attempt.StatusCode,
            Error = attempt.Error,
            Detail = attempt.Detail,
            Excerpt = access.SeesPayloads ? attempt.Excerpt : null,
            NextAttemptAt = attempt.NextAttemptAt,
        };
    }

    // A delivery is its endpoint's owner's, whose row stays also where the endpoint is deleted.
    private async Task<bool> SeesAsync(Access access, DeliveryInfo delivery, CancellationToken cancellationToken)
    {
        if (access.Tenant is null)
        {
            return true;
        }

        var filter = new DeliveryFilter { EventId = delivery.EventId, EndpointId = delivery.EndpointId, EndpointTenant = access.Tenant };
        return (await Deliveries.ListAsync(filter, 1, null, cancellationToken)).Deliveries.Count > 0;
    }

    private static EventView EventOf(DeliveryDetails delivery, Access access) => new()
    {
        Id = delivery.EventId,
        Type = delivery.EventType,
        Tenant = delivery.Tenant,
        Subject = delivery.Subject,
        OccurredAt = delivery.OccurredAt,
        EnqueuedAt = delivery.EnqueuedAt,
        Scopes = delivery.Scopes,
        OrderingKey = delivery.OrderingKey,
        IdempotencyKey = delivery.IdempotencyKey,
        ErasedAt = delivery.ErasedAt,
        Data = access.SeesPayloads && delivery.ErasedAt is null ? Encoding.UTF8.GetString(delivery.Data.Span) : null,
    };
}
