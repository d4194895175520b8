using Microsoft.Extensions.Logging.Abstractions;
using NSubstitute;
using Outbox.Deliveries;
using Outbox.Dispatching;
using Outbox.Inspection;
using Outbox.Notices;
using Outbox.Storage;
using Outbox.Testing;

namespace Outbox.Tests.Dispatching;

public sealed class SettlerTests
{
    private readonly TestClock _clock = new();
    private readonly IOutboxStore _store = Substitute.For<IOutboxStore>();
    private readonly Settler _settler;
    private readonly List<int> _batches = [];

    public SettlerTests() => _settler = new Settler(
        _store,
        new NoticeBoard([], new WakeSignal(_clock), NullLogger<NoticeBoard>.Instance),
        new ActivityLog(Substitute.For<IInspectionStore>(), _clock, new SeededRandom(1), NullLogger<ActivityLog>.Instance),
        _clock,
        new SeededRandom(1),
        NullLogger<Settler>.Instance);

    [Fact]
    public async Task What_comes_while_a_batch_is_written_goes_together_in_the_next()
    {
        var writing = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        Answer(async settlements =>
        {
            _batches.Add(settlements.Count);
            begun.TrySetResult();
            await writing.Task;
            return Stored(settlements);
        });

        var first = _settler.SettleAsync(Delivered("dlv_0"), CancellationToken.None);
        await begun.Task;
        var others = Enumerable.Range(1, 50).Select(i => _settler.SettleAsync(Delivered($"dlv_{i}"), CancellationToken.None)).ToList();
        writing.SetResult();
        await Task.WhenAll([first, .. others]);

        Assert.Equal([1, 50], _batches);
    }

    [Fact]
    public async Task While_the_store_is_away_a_settlement_waits_and_is_then_stored()
    {
        var calls = 0;
        Answer(settlements => ++calls < 4 ? throw new InvalidOperationException("away") : Task.FromResult(Stored(settlements)));

        var settling = _settler.SettleAsync(Delivered("dlv_0"), CancellationToken.None);
        await AdvanceUntilAsync(settling);

        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task One_that_the_store_cannot_take_does_not_hold_up_the_others()
    {
        Answer(settlements => settlements.Any(s => s.Delivery.Id == "dlv_poison")
            ? throw new InvalidOperationException("cannot take it")
            : Task.FromResult(Stored(settlements)));

        var poison = _settler.SettleAsync(Delivered("dlv_poison"), CancellationToken.None);
        var others = Enumerable.Range(0, 20).Select(i => _settler.SettleAsync(Delivered($"dlv_{i}"), CancellationToken.None)).ToList();
        await AdvanceUntilAsync(Task.WhenAll(others));

        Assert.False(poison.IsCompleted);
    }

    [Fact]
    public async Task When_the_host_has_no_more_patience_it_gives_up_and_lets_the_leases_run_out()
    {
        using var giveUp = new CancellationTokenSource();
        Answer(_ => throw new InvalidOperationException("away"));

        var settling = _settler.SettleAsync(Delivered("dlv_0"), giveUp.Token);
        await giveUp.CancelAsync();

        await settling.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private void Answer(Func<IReadOnlyList<Settlement>, Task<IReadOnlyList<bool>>> answer) =>
        _store.SettleAsync(default!, default).ReturnsForAnyArgs(call => new ValueTask<SettleResult>(ResultAsync(answer(call.Arg<IReadOnlyList<Settlement>>()))));

    private static async Task<SettleResult> ResultAsync(Task<IReadOnlyList<bool>> stored) => new(await stored, []);

    private async Task AdvanceUntilAsync(Task done)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!done.IsCompleted && !patience.IsCancellationRequested)
        {
            if (_clock.PendingTimers > 0)
            {
                _clock.Advance(TimeSpan.FromSeconds(10));
            }

            await Task.Yield();
        }

        await done.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static IReadOnlyList<bool> Stored(IReadOnlyList<Settlement> settlements) => [.. settlements.Select(_ => true)];

    private static Settlement Delivered(string id) => new(Some.Delivery with { Id = id }, DeliveryTransition.Delivered, Attempt: null);
}
