using Outbox.Deliveries;
using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>What the contract's classes share: a fresh fixture with an empty, opened store for each case.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class StoreContract<TFixture> : IAsyncLifetime
    where TFixture : StoreFixture, new()
{
    /// <summary>The fixture of this case.</summary>
    protected TFixture Fixture { get; } = new();

    /// <summary>The store of this case.</summary>
    protected OutboxStores Stores { get; private set; } = null!;

    /// <summary>The queue of <see cref="Stores"/>.</summary>
    protected IOutboxStore Outbox => Stores.Outbox;

    /// <summary>The endpoint registry of <see cref="Stores"/>.</summary>
    protected IEndpointStore Endpoints => Stores.Endpoints;

    /// <summary>The management side of <see cref="Stores"/>.</summary>
    protected IDeliveryStore Deliveries => Stores.Deliveries;

    /// <summary>The counts and figures of <see cref="Stores"/>.</summary>
    protected IInspectionStore Inspection => Stores.Inspection;

    /// <inheritdoc/>
    public virtual async Task InitializeAsync() => Stores = await Fixture.CreateAsync();

    /// <inheritdoc/>
    public virtual async Task DisposeAsync() => await Fixture.DisposeAsync();

    /// <summary>Moves the clock by minutes.</summary>
    protected ValueTask AdvanceMinutesAsync(double minutes) => Fixture.AdvanceAsync(TimeSpan.FromMinutes(minutes));

    /// <summary>Asserts that a time of the store is the one expected, give or take what a clock that runs by itself may add.</summary>
    protected static void AssertAbout(DateTimeOffset expected, DateTimeOffset? actual)
    {
        Assert.NotNull(actual);
        Assert.InRange(actual.Value, expected - TimeSpan.FromSeconds(1), expected + TimeSpan.FromSeconds(50));
    }

    /// <summary>Asserts that a wait is the one expected, give or take what a clock that runs by itself may take off.</summary>
    protected static void AssertAbout(TimeSpan expected, TimeSpan? actual)
    {
        Assert.NotNull(actual);
        Assert.InRange(actual.Value, expected - TimeSpan.FromSeconds(50), expected + TimeSpan.FromSeconds(1));
    }

    /// <summary>Asserts where a delivery stands.</summary>
    protected async Task AssertStatusAsync(DeliveryStatus expected, string deliveryId) =>
        Assert.Equal(expected, (await Stores.DetailsAsync(deliveryId)).Status);
}
