using System.Data.Common;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.Testing;

internal sealed class InMemoryEndpointStore(Tables tables, Enqueuing enqueuing) : IEndpointStore
{
    public ValueTask<StoredEndpoint> PutAsync(
        EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            var row = Find(lookup);
            var wasDisabled = row is { Disabled: true };
            var (wanted, notice) = change(row is null ? null : Read(row));
            var value = Copy(wanted);
            if (row is null)
            {
                row = new() { Key = tables.NextKey(), Value = value };
                tables.Endpoints.Add(row);
            }

            row.Value = value;
            row.Probe = value.BlockedUntil is null ? null : row.Probe;
            if (notice is not null)
            {
                enqueuing.Enqueue(notice);
            }

            if (row.Disabled)
            {
                row.DrainAt = null;
            }
            else if (wasDisabled && tables.Deliveries.Exists(delivery => delivery.Endpoint == row && delivery.Status == DeliveryStatus.Parked))
            {
                row.DrainAt = tables.Now;
            }

            return new(Read(row));
        }
    }

    public ValueTask<StoredEndpoint?> GetAsync(string id, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            return new(Find(new() { Id = id }) is { } row ? Read(row) : null);
        }
    }

    public ValueTask<IReadOnlyList<StoredEndpoint>> ListAsync(EndpointFilter filter, CancellationToken cancellationToken)
    {
        var scope = filter.Scope?.ToString();
        lock (tables.Lock)
        {
            return new(
            [
                .. tables.Endpoints
                    .Where(row => !row.Deleted
                        && (filter.Tenant is null || row.Value.Tenant == filter.Tenant)
                        && (scope is null || row.Value.Scope == scope)
                        && (filter.Profile is null || row.Value.Profile == filter.Profile))
                    .Select(Read),
            ]);
        }
    }

    public ValueTask<bool> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        lock (tables.Lock)
        {
            if (Find(new() { Id = id }) is not { } row)
            {
                return new(false);
            }

            Delete(row);
            return new(true);
        }
    }

    /// <summary>Hides an endpoint and empties its secrets; its deliveries still refer to it.</summary>
    public static void Delete(EndpointRow row)
    {
        row.Deleted = true;
        row.DrainAt = null;
        row.Value = row.Value with { Secrets = default, SecretHint = null };
    }

    private EndpointRow? Find(EndpointLookup lookup) => tables.Endpoints.Find(row => !row.Deleted && lookup switch
    {
        { Id: { } id } => row.Value.Id == id,
        { OnlyOne: { } one } => (row.Value.Tenant, row.Value.Scope, row.Value.Profile) == one,
        _ => false,
    });

    private static StoredEndpoint Read(EndpointRow row) => Copy(row.Value) with { Draining = row.DrainAt is not null };

    private static StoredEndpoint Copy(StoredEndpoint value) =>
        value with { EventTypes = [.. value.EventTypes], Secrets = value.Secrets.ToArray() };
}
