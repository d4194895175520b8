using Outbox.Deliveries;
using Outbox.Inspection;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Inspection: counts that stop at a limit, and what was done over time.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class InspectionContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    private static readonly DateTimeOffset Noon = new(2030, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [ContractFact]
    public async Task A_count_stops_at_its_limit_and_says_so()
    {
        await Stores.PutAsync(Some.Endpoint());
        for (var i = 0; i < 3; i++)
        {
            await Stores.OweAsync(Some.About("call_1"));
        }

        Assert.Equal(new BoundedCount(3, Capped: false), await Inspection.CountAsync(new() { Subject = "call_1" }, 3, CancellationToken.None));
        Assert.Equal(new BoundedCount(2, Capped: true), await Inspection.CountAsync(new() { Subject = "call_1" }, 2, CancellationToken.None));
        Assert.Equal(new BoundedCount(0, Capped: false), await Inspection.CountAsync(new() { Subject = "call_2" }, 2, CancellationToken.None));
    }

    [ContractFact]
    public async Task Open_work_is_told_by_what_it_waits_for()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());
        var due = await Stores.OweAsync();
        await Stores.OweAsync(Some.Ordered("key"));
        await Stores.OweAsync(Some.Ordered("key"));
        await Stores.OweAsync(Some.About("call_1", Some.Hold("recording", 30)));
        var oldest = (await Stores.DetailsAsync(due)).DueAt;

        var before = await WorkAsync();
        var claimed = await Stores.ClaimAsync();
        await Stores.SettleAsync(claimed[0], DeliveryTransition.Exhausted);
        var between = await WorkAsync();
        await Stores.SettleAsync(claimed[1], DeliveryTransition.RetryAfter(10 * Some.Minute));
        await Stores.DisableAsync(endpoint);
        await Stores.ParkAsync();
        var after = await WorkAsync();

        Assert.Equal((2, 2, 0, 0, 0), Numbers(before));
        Assert.Equal(oldest, before.OldestDueAt);
        Assert.Equal((0, 2, 1, 0, 1), Numbers(between));
        Assert.Null(between.OldestDueAt);
        Assert.Equal((0, 0, 0, 3, 1), Numbers(after));
    }

    [ContractFact]
    public async Task A_retry_whose_time_has_come_is_ready_and_tells_since_when()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync();
        await Stores.SettleAsync(await Stores.ClaimOneAsync(), DeliveryTransition.RetryAfter(5 * Some.Minute));
        var dueAt = (await Stores.DetailsAsync(id)).DueAt;
        await AdvanceMinutesAsync(20);

        var work = await WorkAsync();

        Assert.Equal((1, 0, 0, 0, 0), Numbers(work));
        Assert.Equal(dueAt, work.OldestDueAt);
    }

    [ContractFact]
    public async Task Open_work_is_told_of_one_endpoint_or_of_a_tenants_own()
    {
        var ours = await Stores.PutAsync(Some.Endpoint() with { Tenant = "org_1" });
        await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.Event() with { Tenant = "org_1" });
        await Stores.EnqueueAsync(Some.Event() with { Tenant = "org_2" });

        Assert.Equal(3, (await WorkAsync()).Ready.Count);
        Assert.Equal(1, (await WorkAsync(new() { EndpointId = ours.Id })).Ready.Count);
        Assert.Equal(1, (await WorkAsync(new() { EndpointTenant = "org_1" })).Ready.Count);
        Assert.Equal(0, (await WorkAsync(new() { EndpointTenant = "org_2" })).Ready.Count);
        Assert.Equal(0, (await WorkAsync(new() { EndpointTenant = "org_2", EndpointId = ours.Id })).Ready.Count);
        Assert.Equal(new BoundedCount(2, Capped: true), (await Inspection.CountOpenWorkAsync(new(), 2, CancellationToken.None)).Ready);
    }

    [ContractFact]
    public async Task What_several_processes_did_in_a_minute_adds_up()
    {
        var other = await Fixture.OpenAnotherAsync();
        await Inspection.AddActivityAsync([Did("ep_1", 0, attempts: 3, delivered: 2), Did("ep_2", 0, attempts: 10)], CancellationToken.None);
        await other.Inspection.AddActivityAsync([Did("ep_1", 0, attempts: 4, delivered: 4, exhausted: 1), Did("ep_1", 2, attempts: 1)], CancellationToken.None);

        var points = await ReadAsync(ActivityGrain.Minute, "ep_1");
        var all = await ReadAsync(ActivityGrain.Minute, endpointId: null);
        var hours = await ReadAsync(ActivityGrain.Hour, "ep_1");

        Assert.Equal([Noon, Noon.AddMinutes(2)], points.Select(point => point.Start));
        Assert.Equal((7, 6, 1), Numbers(points[0].Counts));
        Assert.Equal([0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0], points[0].Counts.Latency.Counts);
        Assert.Equal([17, 1], all.Select(point => point.Counts.Attempts));
        Assert.Equal((8, 6, 1), Numbers(Assert.Single(hours).Counts));
    }

    [ContractFact]
    public async Task Activity_is_read_of_a_time_and_of_a_tenants_endpoints()
    {
        var ours = await Stores.PutAsync(Some.Endpoint() with { Tenant = "org_1" });
        var theirs = await Stores.PutAsync(Some.Endpoint() with { Tenant = "org_2" });
        await Inspection.AddActivityAsync([Did(ours.Id, 1, attempts: 1), Did(ours.Id, 2, attempts: 2), Did(ours.Id, 3, attempts: 4)], CancellationToken.None);
        await Inspection.AddActivityAsync([Did(theirs.Id, 2, attempts: 8)], CancellationToken.None);

        var filter = new ActivityFilter { Grain = ActivityGrain.Minute, From = Noon.AddMinutes(2), Until = Noon.AddMinutes(3) };

        Assert.Equal([10], await AttemptsAsync(filter));
        Assert.Equal([2], await AttemptsAsync(filter with { EndpointTenant = "org_1" }));
        Assert.Equal([8], await AttemptsAsync(filter with { EndpointTenant = "org_2" }));
        Assert.Empty(await AttemptsAsync(filter with { EndpointTenant = "org_2", EndpointId = ours.Id }));
        Assert.Equal([1, 2, 4], await AttemptsAsync(filter with { From = Noon, Until = Noon.AddHours(1), EndpointId = ours.Id }));
    }

    [ContractFact]
    public async Task An_endpoints_health_counts_from_the_hour_and_keeps_its_last_attempts()
    {
        await Stores.PutAsync(Some.Endpoint() with { Id = "ep_1" });
        await Inspection.AddActivityAsync([Did("ep_1", -120, attempts: 100)], CancellationToken.None);
        for (var minute = 0; minute < 40; minute++)
        {
            await Inspection.AddActivityAsync([Did("ep_1", minute, attempts: 1, delivered: minute % 2)], CancellationToken.None);
        }

        var health = Assert.Single(await Inspection.ReadHealthAsync(["ep_1", "ep_none"], Noon.AddMinutes(30), CancellationToken.None));

        Assert.Equal((40, 20, 0), Numbers(health.Counts));
        Assert.Equal(RecentAttempt.Kept, health.Recent.Count);
        Assert.Equal(Enumerable.Range(10, RecentAttempt.Kept).Select(minute => Noon.AddMinutes(minute)), health.Recent.Select(attempt => attempt.At));
        Assert.Equal(new RecentAttempt(Noon.AddMinutes(39), true, 200, null, TimeSpan.FromMilliseconds(84)), health.Recent[^1]);
        Assert.Equal(new RecentAttempt(Noon.AddMinutes(38), false, null, "timeout", TimeSpan.FromMilliseconds(84)), health.Recent[^2]);
    }

    [ContractFact]
    public async Task Old_activity_is_pruned_by_its_grain()
    {
        var gone = await Stores.PutAsync(Some.Endpoint());
        await Inspection.AddActivityAsync([Did(gone.Id, 0, attempts: 1), Did(gone.Id, 90, attempts: 2)], CancellationToken.None);
        await Endpoints.DeleteAsync(gone.Id, CancellationToken.None);

        await Inspection.PruneActivityAsync(minutesBefore: Noon.AddMinutes(1), hoursBefore: Noon.AddHours(-1), CancellationToken.None);

        Assert.Equal([2], (await ReadAsync(ActivityGrain.Minute, gone.Id)).Select(point => point.Counts.Attempts));
        Assert.Equal([1, 2], (await ReadAsync(ActivityGrain.Hour, endpointId: null)).Select(point => point.Counts.Attempts));
        Assert.Empty(Assert.Single(await Inspection.ReadHealthAsync([gone.Id], Noon, CancellationToken.None)).Recent);
    }

    private static EndpointActivity Did(string endpointId, int minute, int attempts, int delivered = 0, int exhausted = 0)
    {
        var at = Noon.AddMinutes(minute);
        return new EndpointActivity
        {
            EndpointId = endpointId,
            Minute = at,
            Counts = new()
            {
                Attempts = attempts,
                Delivered = delivered,
                Exhausted = exhausted,
                Latency = LatencyHistogram.From([0, 0, 0, attempts, 0, 0, 0, 0, 0, 0, 0, 0]),
            },
            Recent = [new(at, delivered > 0, delivered > 0 ? 200 : null, delivered > 0 ? null : "timeout", TimeSpan.FromMilliseconds(84))],
        };
    }

    private static (int Ready, int Scheduled, int Delivering, int Parked, int Exhausted) Numbers(OpenWork work) =>
        (work.Ready.Count, work.Scheduled.Count, work.Delivering.Count, work.Parked.Count, work.Exhausted.Count);

    private static (long Attempts, long Delivered, long Exhausted) Numbers(ActivityCounts counts) => (counts.Attempts, counts.Delivered, counts.Exhausted);

    private async Task<OpenWork> WorkAsync(OpenWorkFilter? filter = null) => await Inspection.CountOpenWorkAsync(filter ?? new(), 100, CancellationToken.None);

    private async Task<IReadOnlyList<ActivityPoint>> ReadAsync(ActivityGrain grain, string? endpointId) => await Inspection.ReadActivityAsync(
        new() { Grain = grain, From = Noon.AddDays(-1), Until = Noon.AddDays(1), EndpointId = endpointId }, CancellationToken.None);

    private async Task<IEnumerable<long>> AttemptsAsync(ActivityFilter filter) =>
        (await Inspection.ReadActivityAsync(filter, CancellationToken.None)).Select(point => point.Counts.Attempts);
}
