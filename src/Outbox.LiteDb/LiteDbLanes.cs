using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>An endpoint with deliveries that are ready, and how many more it may take.</summary>
internal sealed record Lane(EndpointRow Row, int Free)
{
    public ClaimedEndpoint Endpoint { get; } = Row.Claimed;

    public int Room { get; set; } = Free;

    public bool HasMore { get; set; } = true;
}

/// <summary>
/// Walks the endpoints that have ready deliveries, round robin: it seeks from one endpoint's first row to the next one's, so an endpoint costs
/// one seek however long its backlog.
/// </summary>
internal sealed class LiteDbLanes
{
    /// <summary>Where the last claim ended. A hint: a restart, which forgets it, only changes whose turn it is.</summary>
    private long _lastServed;

    /// <summary>The endpoints that may be sent to and have ready deliveries, by their numbers.</summary>
    public static IEnumerable<EndpointRow> Walk(LiteDbSession session, long after, long until)
    {
        while (Next(session, after) is { } key && key <= until)
        {
            if (session.Endpoint(key) is { TakesWork: true } row)
            {
                yield return row;
            }

            after = key;
        }
    }

    /// <summary>Adds the next lanes with room, beginning after the one that was served last.</summary>
    /// <returns>True where a lane was passed over because it has no room.</returns>
    public bool Collect(LiteDbSession session, ClaimRequest request, int atMost, List<Lane> lanes)
    {
        var full = false;
        foreach (var row in Walk(session, _lastServed, long.MaxValue).Concat(Walk(session, 0, _lastServed)))
        {
            var room = (row.Value.MaxInFlight ?? request.LimitPerEndpoint) - request.InFlight.GetValueOrDefault(row.Value.Id);
            if (room <= 0)
            {
                full = true;
                continue;
            }

            lanes.Add(new Lane(row, room));
            if (lanes.Count == atMost)
            {
                break;
            }
        }

        return full;
    }

    public void Served(Lane lane) => _lastServed = lane.Row.Key;

    private static long? Next(LiteDbSession session, long after)
    {
        var place = session.Values(DeliveryRow.Collection, "place", Queue.Lane(after + 1), Queue.LanesEnd).FirstOrDefault();
        return place is null ? null : Ordinal.Number(place.AsBinary, 2);
    }
}
