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

    public void Begin() => world.After(LongestIdle, Look);

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
        foreach (var endpoint in Tables.Endpoints)
        {
            LookAt(endpoint);
        }

        if (_ending && !Open().Any())
        {
            IsOver = true;
            return;
        }

        world.After(_ending ? TimeSpan.FromSeconds(20) : LongestIdle, Look);
    }

    private IEnumerable<DeliveryRow> Open() => Tables.Deliveries.Where(row => row.IsOpen && !(row.Status == DeliveryStatus.Parked && row.Endpoint.Disabled));

    private void LookAt(EndpointRow endpoint)
    {
        var taken = Tables.Deliveries.Where(row => row.Endpoint == endpoint).Sum(row => row.LeaseToken);
        var ready = Tables.Deliveries.Find(row => row.Endpoint == endpoint && CanGo(row));
        if (ready is null || !world.Database.IsServed || !_stuck.TryGetValue(endpoint, out var stuck) || stuck.Taken != taken)
        {
            _stuck[endpoint] = (world.Now, taken);
            return;
        }

        var since = new[] { stuck.Since, world.Faults.LastTrouble, world.Database.LastJump, world.Hosts.Max(host => host.LastDisturbed) }.Max();
        var longest = 2 * LongestIdle + TimeSpan.FromMinutes(1);
        if (world.Now - since > longest)
        {
            world.Verdict.Fail("no-starvation", $"{ready.Id} could go since {since}, and nothing goes to {endpoint.Value.Id} for more than {longest}");
        }
    }

    private bool CanGo(DeliveryRow row)
    {
        var now = world.Database.Now;
        return row.Status == DeliveryStatus.Waiting && row.IsDue(now) && row.Endpoint.TakesWork && row.Endpoint.OpensIn(now) == TimeSpan.Zero
            && !Tables.Deliveries.Exists(other => other != row && other.Order is { } order && order == row.Order
                && (other.Status == DeliveryStatus.Delivering || (other.IsOpen && other.Key < row.Key)));
    }
}
