using Outbox.AspNetCore.Security;
using Outbox.AspNetCore.Views;
using Outbox.Inspection;

namespace Outbox.AspNetCore.Reading;

/// <summary>Reads the overview and charts.</summary>
internal sealed class FigureReader(Mapping mapping, EndpointReader endpoints)
{
    private const int MostFailing = 20;

    public async Task<OverviewView> OverviewAsync(Access access, TimeWindow window, CancellationToken cancellationToken)
    {
        var activity = await ActivityAsync(access, endpointId: null, window, cancellationToken);
        var work = await mapping.Outbox.Inspection.OpenWorkAsync(
            new OpenWorkFilter { EndpointTenant = access.Tenant }, SessionView.Cap, cancellationToken);
        var all = await mapping.Outbox.Endpoints.ListAsync(new EndpointFilter { Tenant = access.Tenant }, cancellationToken);
        return new OverviewView
        {
            Window = activity.Window,
            From = activity.From,
            Until = activity.Until,
            Backlog = BacklogView.Of(work),
            Totals = activity.Totals,
            Series = activity.Series,
            Endpoints = new EndpointCounts(
                all.Count,
                all.Count(endpoint => endpoint.Enabled),
                all.Count(endpoint => !endpoint.Enabled),
                all.Count(endpoint => endpoint.Draining),
                all.Count(IsFailing)),
            Failing = await FailingAsync(access, all, cancellationToken),
        };
    }

    public async Task<ActivityView> ActivityAsync(Access access, string? endpointId, TimeWindow window, CancellationToken cancellationToken)
    {
        var (from, until) = window.Around(mapping.Clock.GetUtcNow());
        var points = await mapping.Outbox.Inspection.ActivityAsync(
            new ActivityFilter { Grain = window.Grain, From = from, Until = until, EndpointId = endpointId, EndpointTenant = access.Tenant },
            cancellationToken);
        return new ActivityView
        {
            Window = window.Name,
            From = from,
            Until = until,
            Totals = TotalsView.Of(points.Aggregate(ActivityCounts.None, (sum, point) => sum.Plus(point.Counts)), window.Length),
            Series = window.Series(from, points),
        };
    }

    private async Task<IReadOnlyList<FailingView>> FailingAsync(Access access, IReadOnlyList<EndpointInfo> all, CancellationToken cancellationToken)
    {
        var failing = all.Where(IsFailing).OrderByDescending(endpoint => endpoint.FailuresInARow).Take(MostFailing).ToList();
        var health = await endpoints.HealthAsync(failing, cancellationToken);
        return
        [
            .. failing.Select(endpoint => new FailingView(
                endpoint.Id,
                access.Show(endpoint.Url),
                !access.SeesUrlPaths,
                endpoint.Tenant,
                endpoint.Profile,
                endpoint.Enabled,
                endpoint.DisabledReason,
                health(endpoint))),
        ];
    }

    private static bool IsFailing(EndpointInfo endpoint) => endpoint is { Enabled: true, FailuresInARow: > 0 };
}
