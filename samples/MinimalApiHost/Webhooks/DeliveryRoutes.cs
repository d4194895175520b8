using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MinimalApiHost.ApiKeys;
using MinimalApiHost.Requests;
using Outbox;
using Outbox.Deliveries;

namespace MinimalApiHost.Webhooks;

/// <summary>What became of each event, and a second try for those that failed.</summary>
internal static class DeliveryRoutes
{
    private const int UsualPage = 50;

    private static readonly Dictionary<string, DeliveryStatus> Statuses =
        Enum.GetValues<DeliveryStatus>().ToDictionary(status => status.ToString().ToLowerInvariant(), StringComparer.OrdinalIgnoreCase);

    public static void MapDeliveries(this WebApplication app)
    {
        var deliveries = app.MapGroup("/v1/deliveries").RequireAuthorization(ApiKey.MayRead);
        deliveries.MapGet("/", ListAsync);
        deliveries.MapGet("/{id}", GetAsync);
        deliveries.MapPost("/{id}/replay", ReplayAsync).RequireAuthorization(ApiKey.MayCall);
    }

    private static async Task<IResult> ListAsync(
        string? subject, string? status, string? endpoint, string? cursor, string? limit, ClaimsPrincipal caller, IWebhookDeliveries deliveries)
    {
        var page = await deliveries.ListAsync(
            new DeliveryFilter
            {
                Subject = subject,
                Status = status is null ? null : Require.OneOf("status", status, Statuses),
                EndpointId = endpoint,
                Tenant = caller.Tenant(),
            },
            limit is null ? UsualPage : Require.Whole("limit", limit),
            cursor);
        return TypedResults.Ok(new { deliveries = page.Deliveries.Select(delivery => DeliveryView.Of(delivery)), page.NextCursor });
    }

    private static async Task<IResult> GetAsync(string id, ClaimsPrincipal caller, IWebhookDeliveries deliveries) =>
        await deliveries.GetAsync(id) is { } delivery && caller.Sees(delivery.Tenant) ? TypedResults.Ok(DeliveryView.Of(delivery)) : NoSuchDelivery(id);

    private static async Task<IResult> ReplayAsync(string id, ClaimsPrincipal caller, IWebhookDeliveries deliveries)
    {
        if (await deliveries.GetAsync(id) is not { } delivery || !caller.Sees(delivery.Tenant))
        {
            return NoSuchDelivery(id);
        }

        return await deliveries.ReplayAsync(id)
            ? TypedResults.Accepted($"/v1/deliveries/{id}", new { deliveryId = id, status = DeliveryStatus.Waiting })
            : ProblemAnswers.Conflict(
                $"The delivery '{id}' is {delivery.Status.ToString().ToLowerInvariant()}. What is delivered, exhausted or cancelled can be replayed, while its endpoint is there and its content was not erased.");
    }

    private static ProblemHttpResult NoSuchDelivery(string id) => ProblemAnswers.NotFound($"There is no delivery '{id}'.");
}
