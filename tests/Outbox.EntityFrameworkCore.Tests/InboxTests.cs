using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Outbox.EntityFrameworkCore.Tests;

/// <summary>The receiver's inbox in the transaction of a context, on each database.</summary>
public sealed class InboxTests
{
    private readonly WebhookInbox _inbox = new();

    [Theory]
    [EachDatabase]
    public async Task The_work_is_saved_for_the_first_delivery_of_an_id_and_not_for_its_repeats(Database database)
    {
        await using var platform = await StartAsync(database);

        Assert.True(await ReceiveAsync(platform, "dlv_1", "+1"));
        Assert.False(await ReceiveAsync(platform, "dlv_1", "+2"));
        Assert.True(await ReceiveAsync(platform, "dlv_2", "+3"));

        Assert.Equal(["+1", "+3"], await NumbersAsync(platform));
    }

    [Theory]
    [EachDatabase]
    public async Task What_is_rolled_back_may_be_done_again(Database database)
    {
        await using var platform = await StartAsync(database);

        Assert.True(await ReceiveAsync(platform, "dlv_1", "+1", commit: false));
        Assert.True(await ReceiveAsync(platform, "dlv_1", "+1"));

        Assert.Equal(["+1"], await NumbersAsync(platform));
    }

    [Theory]
    [EachDatabase]
    public async Task Sixteen_repeats_at_once_do_the_work_once(Database database)
    {
        await using var platform = await StartAsync(database);

        var done = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => ReceiveAsync(platform, "dlv_1", $"+{i}")));

        Assert.Single(done, true);
        Assert.Single(await NumbersAsync(platform));
    }

    [Theory]
    [EachDatabase]
    public async Task A_repeat_waits_for_the_transaction_that_has_the_id_and_does_the_work_if_that_is_rolled_back(Database database)
    {
        await using var platform = await StartAsync(database);
        var working = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();

        var first = ReceiveAsync(platform, "dlv_1", "+1", commit: false, async () =>
        {
            working.SetResult();
            await goOn.Task;
        });
        await working.Task;
        var second = Task.Run(() => ReceiveAsync(platform, "dlv_1", "+2"));
        goOn.SetResult();

        Assert.True(await first);
        Assert.True(await second);
        Assert.Equal(["+2"], await NumbersAsync(platform));
    }

    [Theory]
    [EachDatabase]
    public async Task Work_that_the_contexts_strategy_does_again_is_done_once(Database database)
    {
        await using var platform = await StartAsync(database);

        platform.Faults.BeforeTheNextCommits(1);
        Assert.True(await ReceiveAsync(platform, "dlv_1", "+1"));
        platform.Faults.AfterTheNextCommits(1);
        Assert.False(await ReceiveAsync(platform, "dlv_2", "+2"));

        Assert.Equal(["+1", "+2"], await NumbersAsync(platform));
    }

    [Theory]
    [EachDatabase]
    public async Task Old_ids_are_forgotten_and_young_ones_kept(Database database)
    {
        await using var platform = await StartAsync(database);
        await ReceiveAsync(platform, "dlv_1", "+1");
        await using var db = platform.Open();
        await db.Database.OpenConnectionAsync();
        var connection = db.Database.GetDbConnection();

        Assert.Equal(0, await _inbox.ForgetAsync(connection, TimeSpan.FromDays(30)));
        await db.Database.ExecuteSqlRawAsync("UPDATE webhook_inbox SET received_at = received_at - 31 * CAST(86400000 AS BIGINT)");
        Assert.Equal(1, await _inbox.ForgetAsync(connection, TimeSpan.FromDays(30)));
    }

    [Theory]
    [EachDatabase]
    public async Task Receivers_that_start_together_make_the_table_together(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await WebhookInbox.CreateTableAsync(db.Database.GetDbConnection());
            var second = Task.Run(() => MakeTableAsync(platform));
            if (database == Database.Postgres)
            {
                await UntilSomebodyWaitsForALockAsync(platform);
            }

            await transaction.CommitAsync();
            await second;
        });

        Assert.True(await ReceiveAsync(platform, "dlv_1", "+1"));
    }

    private static async Task UntilSomebodyWaitsForALockAsync(Platform platform)
    {
        await using var db = platform.Open();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (await db.Database.SqlQueryRaw<int>(
            "select cast(count(*) as integer) as \"Value\" from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()").SingleAsync() == 0)
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    private static async Task<Platform> StartAsync(Database database)
    {
        var platform = await Platform.StartAsync(database);
        await MakeTableAsync(platform);
        return platform;
    }

    private static async Task MakeTableAsync(Platform platform)
    {
        await using var db = platform.Open();
        await db.Database.OpenConnectionAsync();
        await WebhookInbox.CreateTableAsync(db.Database.GetDbConnection());
    }

    /// <summary>As a receiver's handler does it: the id and the call in one transaction, under the context's own strategy.</summary>
    private async Task<bool> ReceiveAsync(Platform platform, string id, string number, bool commit = true, Func<Task>? meanwhile = null)
    {
        await using var db = platform.Open();
        return await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync();
            var done = await _inbox.ProcessOnceAsync(id, transaction.GetDbTransaction(), async () =>
            {
                db.Calls.Add(new Call { Number = number });
                await db.SaveChangesAsync();
                await (meanwhile?.Invoke() ?? Task.CompletedTask);
            });
            await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
            return done;
        });
    }

    private static async Task<List<string>> NumbersAsync(Platform platform)
    {
        await using var db = platform.Open();
        return await db.Calls.OrderBy(call => call.Number).Select(call => call.Number).ToListAsync();
    }
}
