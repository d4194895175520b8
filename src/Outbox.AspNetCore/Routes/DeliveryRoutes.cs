using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Reading;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Routes;

/// <summary>Deliveries: list, count, one with all that is known, replay and cancel of one.</summary>
internal static class DeliveryRoutes
{
    public static void Map(RouteGroupBuilder api, Mapping mapping, DeliveryReader deliveries)
    {
        api.MapGet("/deliveries", async Task<Answer<PageView<DeliveryView>>> (HttpContext http, [AsParameters] DeliveryQuery query, string? limit, string? cursor) =>
            Answer.Ok(await deliveries.ListAsync(Access.Of(http), query, Paging.Limit(limit), string.IsNullOrEmpty(cursor) ? null : cursor, http.RequestAborted)))
            .WithSummary("Deliveries, newest first");

        api.MapGet("/deliveries/count", async Task<Answer<CountView>> (HttpContext http, [AsParameters] DeliveryQuery query) =>
            Answer.Ok(await deliveries.CountAsync(Access.Of(http), query, http.RequestAborted)))
            .WithSummary("How many deliveries match");

        api.MapGet("/deliveries/{id}", async Task<Answer<DeliveryDetailsView>> (HttpContext http, string id) =>
            Answer.Ok(await deliveries.DetailsAsync(Access.Of(http), id, http.RequestAborted)))
            .WithSummary("One delivery with its event, what goes on the wire, its timeline and attempts");

        api.MapPost("/deliveries/{id}/replay", async Task<Answer<DeliveryChanged>> (HttpContext http, string id) =>
        {
            var access = Access.Of(http);
            await deliveries.GetAsync(access, id, http.RequestAborted);
            return await mapping.Outbox.Deliveries.ReplayAsync(id, http.RequestAborted)
                ? Answer.Accepted(new DeliveryChanged(await deliveries.ViewAsync(access, id, http.RequestAborted)))
                : throw new ProblemException(Problem.Conflict("The delivery is open, its content was erased, or its endpoint is deleted: it cannot be replayed."));
        }).WithSummary("Sends a closed delivery once more: the same id, the same bytes, the full retry schedule");

        api.MapPost("/deliveries/{id}/cancel", async Task<Answer<DeliveryChanged>> (HttpContext http, string id) =>
        {
            var body = await RequestBody.ReadAsync(http, ManagementJson.Default.ReasonBody);
            var reason = Requested.Reason(body.Reason, "cancelled by an operator");
            var access = Access.Of(http);
            await deliveries.GetAsync(access, id, http.RequestAborted);
            return await mapping.Outbox.Deliveries.CancelAsync(id, reason, http.RequestAborted)
                ? Answer.Ok(new DeliveryChanged(await deliveries.ViewAsync(access, id, http.RequestAborted)))
                : throw new ProblemException(Problem.Conflict("The delivery is closed already."));
        }).Accepts<ReasonBody>("application/json").WithSummary("Cancels an open delivery");
    }
}
