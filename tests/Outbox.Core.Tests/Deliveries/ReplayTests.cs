using NSubstitute;
using Outbox.Deliveries;
using Outbox.Dispatching;
using Outbox.Storage;
using Outbox.Testing;
using Xunit;

namespace Outbox.Tests.Deliveries;

public sealed class ReplayTests : IDisposable
{
    private readonly IDeliveryStore _store = Substitute.For<IDeliveryStore>();
    private readonly StoreGate _gate = new(Substitute.For<IOutboxStore>());
    private readonly List<int> _told = [];

    [Fact]
    public async Task A_replay_of_many_goes_on_from_batch_to_batch_and_tells_how_far_it_is()
    {
        Answer(null, new ReplayBatch(500, "a"));
        Answer("a", new ReplayBatch(499, "b"));
        Answer("b", new ReplayBatch(1, null));

        var replayed = await Deliveries().ReplayAsync(new DeliveryFilter(), new Told(_told));

        Assert.Equal(1_000, replayed);
        Assert.Equal([500, 999, 1_000], _told);
    }

    [Fact]
    public async Task Cancelled_between_two_batches_it_has_told_what_it_did()
    {
        using var cancel = new CancellationTokenSource();
        Answer(null, new ReplayBatch(500, "a"));
        _store.ReplayAsync(null, Arg.Any<DeliveryFilter>(), Arg.Any<int>(), "a", Arg.Any<CancellationToken>())
            .Returns(call => ValueTask.FromCanceled<ReplayBatch>(call.Arg<CancellationToken>()));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Deliveries().ReplayAsync(new DeliveryFilter(), new Told(_told, cancel.Cancel), cancel.Token));

        Assert.Equal([500], _told);
    }

    [Theory]
    [InlineData(DeliveryStatus.Waiting)]
    [InlineData(DeliveryStatus.Delivering)]
    [InlineData(DeliveryStatus.Parked)]
    public async Task What_is_on_its_way_is_not_replayed(DeliveryStatus status)
    {
        var refused = await Assert.ThrowsAsync<WebhookValidationException>(
            () => Deliveries().ReplayAsync(new DeliveryFilter { Status = status }));

        Assert.Contains(status.ToString(), refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _gate.Dispose();

    private WebhookDeliveries Deliveries() => new(_store, _gate, new WakeSignal(new TestClock()));

    private void Answer(string? cursor, ReplayBatch batch) =>
        _store.ReplayAsync(null, new() { Status = DeliveryStatus.Exhausted }, 500, cursor, Arg.Any<CancellationToken>()).Returns(batch);

    private sealed class Told(List<int> values, Action? then = null) : IProgress<int>
    {
        public void Report(int value)
        {
            values.Add(value);
            then?.Invoke();
        }
    }
}
