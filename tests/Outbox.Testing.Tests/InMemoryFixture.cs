using Outbox.ProviderContract;
using Outbox.Storage;

namespace Outbox.Testing.Tests;

/// <summary>One process, no database: every instance is the same store.</summary>
[StoreCapabilities(StoreCapabilities.ManyDispatchers | StoreCapabilities.ClockJumps)]
public sealed class InMemoryFixture : StoreFixture
{
    private InMemoryOutboxStore? _store;

    public override ValueTask CreateDatabaseAsync()
    {
        _store = new InMemoryOutboxStore(Clock);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<OutboxStores> ConnectAsync(SchemaMode schemaMode) => new(new OutboxStores(_store!, _store!.Endpoints, _store.Deliveries, _store.Inspection));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
