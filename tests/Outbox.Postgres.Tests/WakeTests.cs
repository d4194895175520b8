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
}
