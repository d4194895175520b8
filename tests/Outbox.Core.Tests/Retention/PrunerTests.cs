using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NSubstitute;
using Outbox.Retention;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Tests.Retention;

public sealed class PrunerTests
{
    private readonly TestClock _clock = new();
    private readonly IOutboxStore _store = Substitute.For<IOutboxStore>();
    private readonly List<PruneRequest> _requests = [];

    [Fact]
    public async Task Delivered_work_is_kept_for_7_days_and_exhausted_work_for_30_in_batches_of_500()
    {
        using var stop = new CancellationTokenSource();
        Answer(0);

        var running = Pruner().RunAsync(stop.Token);

        Assert.Equal(
            new PruneRequest { KeepDelivered = TimeSpan.FromDays(7), KeepExhausted = TimeSpan.FromDays(30), BatchSize = 500 },
            Assert.Single(_requests));
        await StopAsync(stop, running);
    }

    [Fact]
    public async Task Full_batches_follow_each_other_and_then_it_rests_for_five_minutes()
    {
        using var stop = new CancellationTokenSource();
        Answer(500, 500, 499, 0);

        var running = Pruner().RunAsync(stop.Token);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, _requests.Count);
        _clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(2));
        Assert.Equal(3, _requests.Count);
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(4, _requests.Count);
        await StopAsync(stop, running);
    }

    private static async Task StopAsync(CancellationTokenSource stop, Task running)
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private Pruner Pruner() =>
        new(_store, Substitute.For<IInspectionStore>(), Options.Create(new WebhookOutboxOptions()), _clock, new SeededRandom(1), NullLogger<Pruner>.Instance);

    private void Answer(params int[] pruned) =>
        _store.PruneAsync(Arg.Do<PruneRequest>(_requests.Add), Arg.Any<CancellationToken>())
            .Returns(_ => ValueTask.FromResult(_requests.Count <= pruned.Length ? pruned[_requests.Count - 1] : 0));
}
