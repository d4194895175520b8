using Outbox.Deliveries;

namespace Outbox.LiteDb;

/// <summary>Parks what is owed to disabled endpoints, cancels what is owed to deleted ones, and lets parked deliveries out again, paced.</summary>
internal sealed class LiteDbParking(LiteDbDatabase database)
{
    private static readonly DeliveryStatus[] Open = [DeliveryStatus.Waiting, DeliveryStatus.Delivering, DeliveryStatus.Parked];

    public async ValueTask<int> ParkAsync(int limit, CancellationToken cancellationToken)
    {
        var any = database.Read(session => session.Endpoints(Standing.Deleted).Count > 0 || session.Endpoints(Standing.Disabled).Count > 0);
        return any && limit > 0 ? await database.WriteAsync(session => Park(session, limit), cancellationToken) : 0;
    }

    public async ValueTask<bool> DrainAsync(int portion, TimeSpan interval, CancellationToken cancellationToken)
    {
        var draining = database.Read(session => session.Endpoints(Standing.Draining));
        var pause = (long)interval.TotalMilliseconds;
        var left = false;
        foreach (var endpoint in draining)
        {
            // Further away than one pause: the clock was set back meanwhile.
            var now = database.Now;
            left |= endpoint.DrainAt > now && endpoint.DrainAt <= now + pause
                || await database.WriteAsync(session => DrainOne(session, endpoint.Key, portion, now, pause), cancellationToken);
        }

        return left;
    }

    private int Park(LiteDbSession session, int limit)
    {
        var changed = 0;
        foreach (var endpoint in session.Endpoints(Standing.Deleted))
        {
            var owed = Open.SelectMany(status => session.Owed(endpoint.Key, status, limit - changed)).Take(limit - changed).ToList();
            owed.ForEach(row => row.Cancel("endpoint deleted", database.Now));
            session.Update(owed);
            changed += owed.Count;
            if (changed == limit)
            {
                return changed;
            }

            endpoint.IsGone = true;
            session.Update(endpoint);
        }

        foreach (var endpoint in session.Endpoints(Standing.Disabled))
        {
            var waiting = session.Owed(endpoint.Key, DeliveryStatus.Waiting, limit - changed);
            waiting.ForEach(row => row.Park());
            session.Update(waiting);
            changed += waiting.Count;
            if (changed == limit)
            {
                return changed;
            }
        }

        return changed;
    }

    private static bool DrainOne(LiteDbSession session, long endpointKey, int portion, long now, long pause)
    {
        // It may have been disabled again since it was found.
        if (session.Endpoint(endpointKey) is not { Standing: Standing.Draining } endpoint)
        {
            return false;
        }

        var parked = session.Owed(endpointKey, DeliveryStatus.Parked, portion + 1);
        var left = parked.Count > portion;
        List<DeliveryRow> let = [.. parked.Take(portion)];
        let.ForEach(row => row.Wait(now));
        session.Update(let);
        endpoint.DrainAt = left ? now + pause : null;
        session.Update(endpoint);
        return left;
    }
}
