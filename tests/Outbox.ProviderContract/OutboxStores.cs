using Outbox.Storage;

namespace Outbox.ProviderContract;

/// <summary>One instance of a store: its three faces on the same database.</summary>
/// <param name="Outbox">The queue.</param>
/// <param name="Endpoints">The endpoint registry.</param>
/// <param name="Deliveries">The management side.</param>
public sealed record OutboxStores(IOutboxStore Outbox, IEndpointStore Endpoints, IDeliveryStore Deliveries);
