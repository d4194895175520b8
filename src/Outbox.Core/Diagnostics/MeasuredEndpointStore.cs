using System.Data.Common;
using Outbox.Storage;

namespace Outbox.Diagnostics;

/// <summary>The chosen store's endpoint registry with each operation measured.</summary>
internal sealed class MeasuredEndpointStore(IEndpointStore store, StoreMeter meter) : IEndpointStore
{
    public async ValueTask<StoredEndpoint> PutAsync(
        EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        NewEvent? notice = null;
        var stored = await meter.MeasureAsync("put_endpoint", () => store.PutAsync(lookup, Change, transaction, cancellationToken));
        if (notice is not null)
        {
            meter.Metrics.Enqueued(notice.Type);
        }

        return stored;

        EndpointChange Change(StoredEndpoint? existing)
        {
            var changed = change(existing);
            notice = changed.Notice;
            return changed;
        }
    }

    public ValueTask<StoredEndpoint?> GetAsync(string id, CancellationToken cancellationToken) =>
        meter.MeasureAsync("get_endpoint", () => store.GetAsync(id, cancellationToken));

    public ValueTask<IReadOnlyList<StoredEndpoint>> ListAsync(EndpointFilter filter, CancellationToken cancellationToken) =>
        meter.MeasureAsync("list_endpoints", () => store.ListAsync(filter, cancellationToken));

    public ValueTask<bool> DeleteAsync(string id, CancellationToken cancellationToken) =>
        meter.MeasureAsync("delete_endpoint", () => store.DeleteAsync(id, cancellationToken));
}
