using System.Threading.Channels;
using Npgsql;
using Outbox.ProviderContract;

namespace Outbox.Postgres.Tests;

/// <summary>How hosts tell each other of work: soon, seldom, and again after an outage.</summary>
public sealed class WakeTests : PostgresTest
{
    [Fact]
    public async Task A_thousand_commits_send_about_one_notification_per_window()
    {
        await Stores.PutAsync(Some.Endpoint());
        await using var ear = await Fixture.OpenAsync();
        var heard = 0;
        ear.Notification += (_, _) => heard++;
        await ear.RunAsync($"listen \"outbox_{Fixture.Schema}\"", [], CancellationToken.None);
        var begun = TimeProvider.System.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 125; i++)
            {
                await Stores.EnqueueAsync(Some.Event());
            }
        })));

        var windows = TimeProvider.System.GetElapsedTime(begun) / PostgresWake.Window;
        await ear.RunAsync("select 1", [], CancellationToken.None);
        Assert.InRange(heard, 1, (int)windows + 2);
    }

    [Fact]
    public async Task Another_host_hears_of_a_commit_that_came_long_after_its_enqueue()
    {
        await Stores.PutAsync(Some.Endpoint());
        var other = await Fixture.OpenAnotherAsync();
        await HearConnectionAsync(other);
        await Stores.EnqueueAsync(Some.Event());
        await other.Outbox.WaitForChangeAsync(CancellationToken.None).WaitAsync(Some.Patience);
        await using var caller = await Fixture.BeginAsync(Stores);
        var late = await caller.EnqueueAsync(Some.Event());
        await other.ClaimAsync("owner-2");

        await caller.CommitAsync();

        while (!(await other.ClaimAsync("owner-2")).Any(claimed => claimed.Id == late.DeliveryIds[0]))
        {
            await other.Outbox.WaitForChangeAsync(CancellationToken.None).WaitAsync(Some.Patience);
        }
    }

    [Fact]
    public async Task A_listener_that_was_cut_connects_again_and_looks()
    {
        await using var dataSource = NpgsqlDataSource.Create($"{PostgresServer.SharedConnectionString};Application Name={Fixture.Schema}");
        var other = Fixture.Connect(dataSource: dataSource);
        await HearConnectionAsync(other);

        var change = other.Outbox.WaitForChangeAsync(CancellationToken.None);
        Assert.Equal(1, await CutAsync(Fixture.Schema));
        await change.WaitAsync(Some.Patience);

        change = other.Outbox.WaitForChangeAsync(CancellationToken.None);
        await Stores.PutAsync(Some.Endpoint());
        await Stores.EnqueueAsync(Some.Event());
        await change.WaitAsync(Some.Patience);
    }

    [Fact]
    public async Task A_listener_whose_connection_broke_as_it_was_opened_connects_again()
    {
        var opened = 0;
        var builder = new NpgsqlDataSourceBuilder(PostgresServer.SharedConnectionString);
        builder.UsePhysicalConnectionInitializer(
            _ => { },
            _ => ++opened == 1 ? throw new ObjectDisposedException("System.Threading.ManualResetEventSlim") : Task.CompletedTask);
        await using var dataSource = builder.Build();
        var other = Fixture.Connect(dataSource: dataSource);

        await HearConnectionAsync(other);

        Assert.Equal(2, opened);
    }

    [Fact]
    public async Task While_the_database_is_away_it_is_asked_to_tell_others_ever_less_often()
    {
        var clock = new HastyClock();
        await using var database = new PostgresDatabase(PostgresSource.Parse("Host=127.0.0.1;Port=1;Username=nobody"), new PostgresStoreOptions(), clock);
        var waits = new List<TimeSpan>();

        database.Waking.TellLater(transactionId: 1);
        while (waits.Count < 10)
        {
            waits.Add(await clock.Waits.ReadAsync().AsTask().WaitAsync(Some.Patience));
        }

        Assert.Equal(2 * PostgresWake.Window, waits[1]);
        Assert.Equal(waits.Order(), waits);
        Assert.Equal(PostgresWake.LongestPause, waits[^1]);
    }

    [Fact]
    public async Task Without_notifications_no_connection_listens()
    {
        var quiet = Fixture.Connect(options => options.Notify = false);
        using var stop = new CancellationTokenSource();
        var change = quiet.Outbox.WaitForChangeAsync(stop.Token);
        await quiet.PutAsync(Some.Endpoint());
        await quiet.EnqueueAsync(Some.Event());

        Assert.False(change.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => change);
    }

    // The first connection counts as a change; after it the listener is known to listen.
    private static Task HearConnectionAsync(OutboxStores stores) =>
        stores.Outbox.WaitForChangeAsync(CancellationToken.None).WaitAsync(Some.Patience);

    /// <summary>Its timers fire at once, and it tells what they were to wait.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

        public ChannelReader<TimeSpan> Waits => _waits.Reader;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer(this, () => callback(state));

        private sealed class Timer(HastyClock clock, Action fire) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                clock._waits.Writer.TryWrite(dueTime);
                return ThreadPool.QueueUserWorkItem(_ => fire());
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
