using System.Diagnostics;
using Outbox.Deliveries;

namespace Outbox.Sqlite.Tests;

public sealed class DispatchingTests : IDisposable
{
    private readonly DatabaseFixture _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Only_one_store_at_a_time_dispatches_a_file()
    {
        var first = await _database.OpenAsync();
        var second = await _database.OpenAsync();

        var seat = await first.Outbox.TryStartDispatchingAsync("owner-1", CancellationToken.None);
        var refused = await second.Outbox.TryStartDispatchingAsync("owner-2", CancellationToken.None);
        await seat!.DisposeAsync();
        await using var taken = await second.Outbox.TryStartDispatchingAsync("owner-2", CancellationToken.None);

        Assert.Null(refused);
        Assert.NotNull(taken);
    }

    [Fact]
    public async Task Another_process_that_dispatches_keeps_this_one_out_until_it_dies()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // flock(1) is a Linux tool.
        }

        var stores = await _database.OpenAsync();
        var start = new ProcessStartInfo("flock", [$"{_database.File}-outbox-lock", "sh", "-c", "echo held; read line"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var other = Process.Start(start)!;
        await other.StandardOutput.ReadLineAsync();

        var refused = await stores.Outbox.TryStartDispatchingAsync("owner-1", CancellationToken.None);
        other.StandardInput.Close();
        await other.WaitForExitAsync();
        await using var taken = await stores.Outbox.TryStartDispatchingAsync("owner-1", CancellationToken.None);

        Assert.Null(refused);
        Assert.NotNull(taken);
    }

    [Fact]
    public async Task What_a_dead_process_had_leased_is_claimed_at_once_and_its_late_settlement_changes_nothing()
    {
        var dead = await _database.OpenAsync();
        await dead.PutAsync(Some.Endpoint());
        var enqueued = await dead.EnqueueAsync(Some.Event());
        var before = Assert.Single((await dead.ClaimAsync()).Deliveries);

        var successor = await _database.OpenAsync();
        await using var seat = await successor.Outbox.TryStartDispatchingAsync("owner-2", CancellationToken.None);
        var after = Assert.Single((await successor.ClaimAsync("owner-2")).Deliveries);

        Assert.Equal([false], await dead.SettleAsync(Some.Delivered(before)));
        Assert.Equal([true], await successor.SettleAsync(Some.Delivered(after)));
        var details = await successor.Deliveries.GetAsync(enqueued.DeliveryIds[0], CancellationToken.None);
        Assert.Equal((DeliveryStatus.Delivered, 1), (details!.Status, details.Attempts));
    }

    [Fact]
    public async Task A_change_by_another_connection_wakes_and_one_of_our_own_does_not()
    {
        var stores = await _database.OpenAsync();
        var other = await _database.OpenAsync();
        using var stop = new CancellationTokenSource();
        var waiting = stores.Outbox.WaitForChangeAsync(stop.Token);
        await _database.Clock.TimerArmedAsync();
        await stores.EnqueueAsync(Some.Event());
        _database.Clock.Advance(TimeSpan.FromMilliseconds(20));
        await _database.Clock.TimerArmedAsync();
        var afterOwn = waiting.IsCompleted;
        await other.EnqueueAsync(Some.Event());
        _database.Clock.Advance(TimeSpan.FromSeconds(1));
        await waiting;

        Assert.False(afterOwn);
    }

    [Fact]
    public async Task A_rolled_back_transaction_does_not_wake()
    {
        var stores = await _database.OpenAsync();
        using var stop = new CancellationTokenSource();
        var waiting = stores.Outbox.WaitForChangeAsync(stop.Token);
        await _database.Clock.TimerArmedAsync();

        await using (var connection = _database.OpenConnection())
        {
            await using var transaction = connection.BeginTransaction();
            await stores.EnqueueAsync(Some.Event(), transaction);
            await transaction.RollbackAsync();
        }

        _database.Clock.Advance(TimeSpan.FromSeconds(1));
        await _database.Clock.TimerArmedAsync();
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Looking_for_changes_relaxes_to_once_in_two_seconds()
    {
        var stores = await _database.OpenAsync();
        using var stop = new CancellationTokenSource();
        var waiting = stores.Outbox.WaitForChangeAsync(stop.Token);

        var pauses = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            await _database.Clock.TimerArmedAsync();
            var pause = _database.Clock.NextTimerIn();
            pauses.Add(pause.TotalMilliseconds);
            _database.Clock.Advance(pause);
        }

        Assert.Equal([20, 40, 80, 160, 320, 640, 1280, 2000], pauses);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
