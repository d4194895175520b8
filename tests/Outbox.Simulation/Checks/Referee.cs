using Outbox.Deliveries;
using Outbox.Simulation.Run;
using Outbox.Testing;

namespace Outbox.Simulation.Checks;

/// <summary>Looks now and then whether anything that could go waits although nothing is in its way, and at the end whether all is closed.</summary>
internal sealed class Referee(World world)
{
    /// <summary>What the end of a run may take when nothing goes wrong any more: the longest wait that there is, and some room for the queue.</summary>
    private static readonly TimeSpan EndTakes = TimeSpan.FromDays(3);

    private readonly Dictionary<EndpointRow, (TimeSpan Since, long Taken)> _stuck = new(ReferenceEqualityComparer.Instance);
    private bool _ending;

    private Tables Tables => world.Database.Inner.Tables;

    private TimeSpan LongestIdle => world.Settings.Sweep < world.Settings.Lease / 4 ? world.Settings.Sweep : world.Settings.Lease / 4;

    public bool IsOver { get; private set; }

    private TimeSpan Interval => _ending ? TimeSpan.FromSeconds(20) : LongestIdle / 2;

    public void Begin() => world.After(Interval, Look);

    public void End()
    {
        _ending = true;
        var last = world.Now + EndTakes;
        world.At(last, () =>
        {
            if (!IsOver && Open().FirstOrDefault() is { } open)
            {
                world.Verdict.Fail("committed-is-closed", $"{open.Id} is still {Snapshot.Of(open)} after {EndTakes} in which nothing went wrong");
            }
        });
    }

    private void Look()
    {
        var (ready, taken) = Survey();
        foreach (var endpoint in Tables.Endpoints)
        {
            LookAt(endpoint, ready.GetValueOrDefault(endpoint.Key), taken.GetValueOrDefault(endpoint.Key));
        }

        if (_ending && !Open().Any())
        {
            IsOver = true;
            return;
        }

        world.After(Interval, Look);
    }

    private IEnumerable<DeliveryRow> Open() => Tables.Deliveries.Where(row => row.IsOpen && !(row.Status == DeliveryStatus.Parked && row.Endpoint.Disabled));

    /// <summary>For each endpoint with nothing on the wire, a delivery that could go now; and how many claims there ever were.</summary>
    private (Dictionary<long, DeliveryRow> Ready, Dictionary<long, long> Taken) Survey()
    {
        var (ready, taken, now) = (new Dictionary<long, DeliveryRow>(), new Dictionary<long, long>(), world.Database.Now);
        var keys = Tables.Deliveries.Where(row => row is { Status: DeliveryStatus.Delivering, Order: not null }).Select(row => row.Order!.Value).ToHashSet();
        foreach (var row in Tables.Deliveries)
        {
            taken[row.Endpoint.Key] = taken.GetValueOrDefault(row.Endpoint.Key) + row.LeaseToken;
            var isFirst = row.IsOpen && (row.Order is not { } key || keys.Add(key));
            if (isFirst && row.Status == DeliveryStatus.Waiting && row.IsDue(now) && row.Endpoint.TakesWork && row.Endpoint.OpensIn(now) == TimeSpan.Zero)
            {
                ready.TryAdd(row.Endpoint.Key, row);
            }
        }

        foreach (var busy in Tables.Deliveries.Where(row => row.Status == DeliveryStatus.Delivering))
        {
            ready.Remove(busy.Endpoint.Key);
        }

        return (ready, taken);
    }

    private void LookAt(EndpointRow endpoint, DeliveryRow? ready, long taken)
    {
        if (ready is null || !world.Database.IsServed || !_stuck.TryGetValue(endpoint, out var stuck) || stuck.Taken != taken)
        {
            _stuck[endpoint] = (world.Now, taken);
            return;
        }

        var since = new[] { stuck.Since, world.Faults.LastTrouble, world.Database.LastJump, world.Hosts.Max(host => host.LastDisturbed) }.Max();

        // It may have become ready just before the look that saw it first.
        var longest = Interval + LongestIdle * 1.1 + TimeSpan.FromSeconds(6);
        if (world.Now - since > longest)
        {
            world.Verdict.Fail("no-starvation", $"{ready.Id} could go since {since}, and nothing goes to {endpoint.Value.Id} for more than {longest}");
        }
    }
}
