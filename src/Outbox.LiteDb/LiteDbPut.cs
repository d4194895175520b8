using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>Stores an endpoint: a new one, or a change to the one that the look-up names.</summary>
internal sealed class LiteDbPut(LiteDbDatabase database)
{
    private readonly LiteDbEnqueue _enqueue = new(database);

    public StoredEndpoint Put(LiteDbSession session, EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change)
    {
        var existing = Find(session, lookup);
        var (wanted, notice) = change(existing?.Value);
        if (notice is not null)
        {
            _enqueue.Store(session, notice);
        }

        var row = new EndpointRow
        {
            Key = existing?.Key ?? database.File.NextKey(session, EndpointRow.Collection),
            Value = wanted,
            DrainAt = existing is null ? null : DrainAt(session, existing, wanted),
            Probe = wanted.BlockedUntil is null ? null : existing?.Probe,
            PacedUntil = existing?.PacedUntil,
        };
        if (existing is null)
        {
            session.Insert(EndpointRow.Collection, row.ToDocument());
        }
        else
        {
            session.Update(row);
        }

        return wanted with { Draining = row.DrainAt is not null };
    }

    private static EndpointRow? Find(LiteDbSession session, EndpointLookup lookup) => lookup switch
    {
        { Id: { } id } => session.Endpoint(id),
        { OnlyOne: { } one } => session.EndpointsOf(one.Scope).Find(row => (row.Value.Tenant, row.Value.Profile) == (one.Tenant, one.Profile)),
        _ => null,
    };

    /// <summary>An endpoint that is enabled again begins to let out what is parked; one that is already doing so goes on.</summary>
    private long? DrainAt(LiteDbSession session, EndpointRow existing, StoredEndpoint wanted)
    {
        if (wanted.DisabledAt is not null)
        {
            return null;
        }

        if (!existing.IsDisabled)
        {
            return existing.DrainAt;
        }

        return session.Owed(existing.Key, DeliveryStatus.Parked, limit: 1).Count > 0 ? database.Now : null;
    }
}
