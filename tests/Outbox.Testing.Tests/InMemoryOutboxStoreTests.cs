using System.Data.Common;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Outbox.ProviderContract;
using Outbox.Storage;

namespace Outbox.Testing.Tests;

/// <summary>What the in-memory store has beyond the contract.</summary>
public class InMemoryOutboxStoreTests
{
    private readonly ServiceCollection _services = new();

    [Fact]
    public async Task What_was_enqueued_can_be_looked_at_without_an_endpoint()
    {
        var store = new InMemoryOutboxStore();

        await store.EnqueueAsync(Event("evt_1"), null, CancellationToken.None);
        await store.EnqueueAsync(Event("evt_2"), null, CancellationToken.None);

        Assert.Collection(store.Events, first => Assert.Equal("evt_1", first.Id), second => Assert.Equal("evt_2", second.Id));
    }

    [Fact]
    public async Task An_enqueue_with_a_transaction_is_stored_at_once_and_stays()
    {
        var store = new InMemoryOutboxStore();
        var transaction = Substitute.For<DbTransaction>();

        await store.EnqueueAsync(Event("evt_1"), transaction, CancellationToken.None);
        await transaction.RollbackAsync();

        Assert.Single(store.Events);
    }

    [Fact]
    public void UseInMemory_registers_one_store_with_the_registered_clock()
    {
        var clock = new ManualClock();
        _services.AddSingleton<TimeProvider>(clock);

        Assert.Same(_services, Builder().UseInMemory().Services);

        using var provider = _services.BuildServiceProvider();
        var store = provider.GetRequiredService<InMemoryOutboxStore>();
        Assert.Same(store, provider.GetRequiredService<IOutboxStore>());
        Assert.Same(store.Endpoints, provider.GetRequiredService<IEndpointStore>());
        Assert.Same(store.Deliveries, provider.GetRequiredService<IDeliveryStore>());
        Assert.Same(clock, provider.GetRequiredService<TimeProvider>());
    }

    [Fact]
    public void A_second_store_is_refused_by_name()
    {
        Builder().UseInMemory();

        var error = Assert.Throws<InvalidOperationException>(() => Builder().UseInMemory());

        Assert.Contains("UseInMemory()", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(InMemoryOutboxStore), error.Message, StringComparison.Ordinal);
    }

    private static NewEvent Event(string id) => new() { Id = id, Type = "call.ended", Scopes = ["all"], Data = Encoding.UTF8.GetBytes("{}") };

    private IWebhookOutboxBuilder Builder()
    {
        var builder = Substitute.For<IWebhookOutboxBuilder>();
        builder.Services.Returns(_services);
        return builder;
    }
}
