using Outbox.Deliveries;

namespace Outbox.Testing;

internal sealed class Parking(Tables tables)
{
    public int Park(int limit)
    {
        lock (tables.Lock)
        {
            var rows = tables.Deliveries
                .Where(row => row.Endpoint.Deleted ? row.IsOpen : row.Endpoint.Disabled && row.Status == DeliveryStatus.Waiting)
                .Take(limit)
                .ToList();
            foreach (var row in rows)
            {
                if (row.Endpoint.Deleted)
                {
                    row.Cancel("endpoint deleted", tables.Now);
                }
                else
                {
                    row.Park(row.DueAt, row.DueAtOnce);
                }
            }

            return rows.Count;
        }
    }

    public bool Drain(int portion, TimeSpan interval)
    {
        lock (tables.Lock)
        {
            var now = tables.Now;
            // Later than the next portion it can only be because the clock was set back.
            foreach (var endpoint in tables.Endpoints.Where(endpoint => endpoint.DrainAt is { } at && !(at > now && at <= now + interval)))
            {
                foreach (var row in Parked(endpoint).Take(portion).ToList())
                {
                    row.WaitUntil(row.DueAt, row.DueAtOnce);
                }

                endpoint.DrainAt = Parked(endpoint).Any() ? now + interval : null;
            }

            return tables.Endpoints.Exists(endpoint => endpoint.DrainAt is not null);
        }
    }

    private IEnumerable<DeliveryRow> Parked(EndpointRow endpoint) =>
        tables.Deliveries.Where(row => row.Endpoint == endpoint && row.Status == DeliveryStatus.Parked);
}
