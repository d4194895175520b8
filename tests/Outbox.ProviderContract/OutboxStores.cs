using Outbox.Storage;

namespace Outbox.ProviderContract;

/// <summary>One instance of a store: its four faces on the same database.</summary>
/// <param name="Outbox">The queue.</param>
/// <param name="Endpoints">The endpoint registry.</param>
/// <param name="Deliveries">The management side.</param>
/// <param name="Inspection">Counts and figures.</param>
public sealed record OutboxStores(IOutboxStore Outbox, IEndpointStore Endpoints, IDeliveryStore Deliveries, IInspectionStore Inspection);
