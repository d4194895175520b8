using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>An endpoint with deliveries that are ready, and how many more it may take.</summary>
internal sealed class Lane(EndpointRow row, int room, long now)
{
    public EndpointRow Row => row;

    public ClaimedEndpoint Endpoint { get; } = row.Claimed(now);

    public int Room { get; set; } = Math.Min(room, row.Portion ?? room);

    /// <summary>How many this claim has taken of it.</summary>
    public int Taken { get; set; }

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

    /// <summary>Adds the next open lanes with room, beginning after the one that was served last.</summary>
    /// <returns>True where a lane was passed over because it has no room.</returns>
    public bool Collect(LiteDbSession session, ClaimRequest request, long now, int atMost, List<Lane> lanes)
    {
        var full = false;
        foreach (var row in Walk(session, _lastServed, long.MaxValue).Concat(Walk(session, 0, _lastServed)))
        {
            if (row.OpensAt(now) > now)
            {
                continue;
            }

            var room = Math.Min(row.Value.MaxInFlight ?? request.LimitPerEndpoint, request.MostPerEndpoint) - request.InFlight.GetValueOrDefault(row.Value.Id);
            if (room <= 0)
            {
                full = true;
                continue;
            }

            lanes.Add(new Lane(row, room, now));
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
