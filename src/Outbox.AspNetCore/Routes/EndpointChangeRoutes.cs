using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Catalogue;
using Outbox.AspNetCore.Operations;
using Outbox.AspNetCore.Reading;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Routes;

/// <summary>What is done to endpoints: enable and drain, disable and park, rotate the secret, send a test event.</summary>
internal static class EndpointChangeRoutes
{
    private const double LongestOverlapSeconds = 30 * 86_400;

    public static void Map(RouteGroupBuilder api, Mapping mapping, EndpointReader endpoints, EventCatalogue catalogue, Work work)
    {
        api.MapPost("/endpoints/{id}/enable", async Task<Answer<EndpointEnabled>> (HttpContext http, string id) =>
        {
            var access = Access.Of(http);
            await endpoints.GetAsync(access, id, http.RequestAborted);
            await mapping.Outbox.Endpoints.EnableAsync(id, http.RequestAborted);
            var endpoint = await endpoints.GetAsync(access, id, http.RequestAborted);
            return Answer.Ok(new EndpointEnabled(EndpointView.Of(endpoint, access), await DrainAsync(access, endpoint, http.RequestAborted)));
        }).WithSummary("Enables an endpoint; what is parked drains, oldest first and paced");

        api.MapPost("/endpoints/{id}/disable", async Task<Answer<EndpointChanged>> (HttpContext http, string id) =>
        {
            var body = await RequestBody.ReadAsync(http, ManagementJson.Default.ReasonBody);
            var reason = Requested.Reason(body.Reason, "disabled by an operator");
            var access = Access.Of(http);
            await endpoints.GetAsync(access, id, http.RequestAborted);
            await mapping.Outbox.Endpoints.DisableAsync(id, reason, http.RequestAborted);
            return Answer.Ok(new EndpointChanged(EndpointView.Of(await endpoints.GetAsync(access, id, http.RequestAborted), access)));
        }).Accepts<ReasonBody>("application/json").WithSummary("Disables an endpoint; what is owed is parked");

        api.MapPost("/endpoints/{id}/rotate-secret", async Task<Answer<EndpointRotated>> (HttpContext http, string id) =>
        {
            var body = await RequestBody.ReadAsync(http, ManagementJson.Default.RotateBody);
            var access = Access.Of(http);
            await endpoints.GetAsync(access, id, http.RequestAborted);
            var rotated = await mapping.Outbox.Endpoints.RotateSecretAsync(id, body.Secret, OverlapOf(body), http.RequestAborted)
                ?? throw new ProblemException(Problem.NotFound("endpoint", id));
            return Answer.Ok(new EndpointRotated(EndpointView.Of(rotated.Endpoint, access), rotated.GeneratedSecret));
        }).Accepts<RotateBody>("application/json").WithSummary("Gives an endpoint a new secret; one that is generated is shown this once");

        api.MapPost("/endpoints/{id}/test-event", async Task<Answer<TestEventView>> (HttpContext http, string id) =>
        {
            var body = await RequestBody.ReadAsync(http, ManagementJson.Default.TestEventBody);
            var endpoint = await endpoints.GetAsync(Access.Of(http), id, http.RequestAborted);
            var enqueued = await mapping.Outbox.EnqueueInOwnTransactionAsync(
                catalogue.EventOf(body.Type, body.Data) with { OnlyEndpointId = id, Tenant = endpoint.Tenant }, http.RequestAborted);
            return enqueued.DeliveryIds is [var deliveryId, ..]
                ? Answer.Accepted(new TestEventView(enqueued.EventId, deliveryId))
                : throw new ProblemException(Problem.Conflict("The endpoint was deleted meanwhile."));
        }).Accepts<TestEventBody>("application/json").WithSummary("Sends a real event to this endpoint alone, with retries");

        async Task<OperationView?> DrainAsync(Access access, EndpointInfo endpoint, CancellationToken cancellationToken)
        {
            var owed = await mapping.Outbox.Inspection.OpenWorkAsync(new() { EndpointId = endpoint.Id }, SessionView.Cap, cancellationToken);
            return owed.Parked.Count == 0 ? null : mapping.Operations.Start(
                access, "drain", $"Let out what was parked for {endpoint.Id}", endpoint.Id,
                (operation, stop) => work.DrainAsync(operation, endpoint.Id, owed.Parked.Count, stop)).Show();
        }
    }

    private static TimeSpan? OverlapOf(RotateBody body) => body.OverlapSeconds switch
    {
        null => null,
        >= 0 and <= LongestOverlapSeconds => TimeSpan.FromSeconds(body.OverlapSeconds.Value),
        _ => throw new WebhookValidationException("overlapSeconds", $"Give 0 to {LongestOverlapSeconds} seconds, or null for the host's own overlap."),
    };
}
