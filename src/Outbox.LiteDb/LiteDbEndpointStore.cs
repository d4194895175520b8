using System.Data.Common;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>The endpoint registry.</summary>
internal sealed class LiteDbEndpointStore(LiteDbDatabase database) : IEndpointStore
{
    private readonly LiteDbPut _put = new(database);

    public ValueTask<StoredEndpoint> PutAsync(
        EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change, DbTransaction? transaction, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction, session => _put.Put(session, lookup, change), cancellationToken);

    public ValueTask<StoredEndpoint?> GetAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(database.Read(session => session.Endpoint(id)?.Value));
    }

    public ValueTask<IReadOnlyList<StoredEndpoint>> ListAsync(EndpointFilter filter, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<StoredEndpoint>>(database.Read(session => List(session, filter)));
    }

    public ValueTask<bool> DeleteAsync(string id, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            if (session.Endpoint(id) is not { } row)
            {
                return false;
            }

            row.Delete(database.Now);
            session.Update(row);
            return true;
        },
        cancellationToken);

    private static List<StoredEndpoint> List(LiteDbSession session, EndpointFilter filter)
    {
        var rows = filter.Scope is { } scope
            ? session.EndpointsOf(scope.ToString())
            : session.Range(EndpointRow.Collection, "_id", 0L, long.MaxValue, int.MaxValue).Select(EndpointRow.Read);
        return
        [
            .. rows
                .Where(row => !row.IsDeleted
                    && (filter.Tenant is null || string.Equals(row.Value.Tenant, filter.Tenant, StringComparison.Ordinal))
                    && (filter.Profile is null || string.Equals(row.Value.Profile, filter.Profile, StringComparison.Ordinal)))
                .Select(row => row.Value),
        ];
    }
}
