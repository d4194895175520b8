using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Outbox.AspNetCore.Answers;
using Outbox.AspNetCore.Operations;
using Outbox.AspNetCore.Reading;
using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;
using Outbox.Deliveries;

namespace Outbox.AspNetCore.Routes;

/// <summary>Replay of many: by filters or by a list, counted first or at once.</summary>
internal static class ReplayRoutes
{
    private const int MostIds = 500;

    public static void Map(RouteGroupBuilder api, Mapping mapping, DeliveryReader deliveries, Work work)
    {
        api.MapPost("/deliveries/replay", async Task<IResult> (HttpContext http) =>
        {
            var body = await RequestBody.ReadAsync(http, ManagementJson.Default.ReplayBody);
            var access = Access.Of(http);
            if ((body.Filters is null) == (body.Ids is null))
            {
                throw new WebhookValidationException("filters", "Give either filters or ids, and not both.");
            }

            return body.Ids is { } ids
                ? await ReplayListAsync(http, access, Checked(ids), body.DryRun)
                : await ReplayMatchingAsync(http, access, FilterOf(body.Filters!, access), body.DryRun);
        })
        .Accepts<ReplayBody>("application/json")
        .Produces<CountView>()
        .Produces<OperationView>(StatusCodes.Status202Accepted)
        .WithSummary("Replays many; a dry run counts them, else an operation tells how far it is");

        async Task<IResult> ReplayMatchingAsync(HttpContext http, Access access, DeliveryFilter filter, bool dryRun)
        {
            if (dryRun)
            {
                return Answer.Ok(CountView.Of(await mapping.Outbox.Inspection.CountAsync(filter, SessionView.Cap, http.RequestAborted)));
            }

            var title = $"Replay {DeliveryView.NameOf(filter.Status!.Value)} deliveries{(filter.EndpointId is { } endpoint ? $" of {endpoint}" : "")}";
            return Started(mapping.Operations.Start(access, "replay", title, filter.EndpointId, (operation, stop) => work.ReplayAsync(operation, filter, stop)));
        }

        async Task<IResult> ReplayListAsync(HttpContext http, Access access, IReadOnlyList<string> ids, bool dryRun)
        {
            var replayable = 0;
            foreach (var id in ids)
            {
                var delivery = await deliveries.GetAsync(access, id, http.RequestAborted);
                replayable += delivery is { ClosedAt: not null, ErasedAt: null } ? 1 : 0;
            }

            return dryRun
                ? Answer.Ok(new CountView(replayable, Capped: false))
                : Started(mapping.Operations.Start(access, "replay", $"Replay {ids.Count} deliveries", null, (operation, stop) => work.ReplayAsync(operation, ids, stop)));
        }
    }

    private static Answer<OperationView> Started(Operation operation) => Answer.Accepted(operation.Show(), $"../operations/{operation.Id}");

    private static List<string> Checked(IReadOnlyList<string> ids) => ids.Count is >= 1 and <= MostIds && ids.All(id => !string.IsNullOrEmpty(id))
        ? [.. ids.Distinct(StringComparer.Ordinal)]
        : throw new WebhookValidationException("ids", $"{ids.Count} ids are named; give 1 to {MostIds}, or filters for more.");

    private static DeliveryFilter FilterOf(ReplayFilters filters, Access access)
    {
        var filter = DeliveryQuery.Of(filters).Filter(access);
        var status = filter.OpenOnly ? DeliveryStatus.Waiting : filter.Status ?? DeliveryStatus.Exhausted;
        return status is DeliveryStatus.Exhausted or DeliveryStatus.Delivered or DeliveryStatus.Cancelled
            ? filter with { Status = status }
            : throw new WebhookValidationException("status", "Only closed deliveries are replayed. Give exhausted, delivered or cancelled.");
    }
}
