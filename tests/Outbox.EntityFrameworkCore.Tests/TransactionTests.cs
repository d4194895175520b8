using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Outbox.EntityFrameworkCore.Tests;

public sealed class TransactionTests
{
    [Theory]
    [EachDatabase]
    public async Task In_the_hosts_transaction_nothing_is_sent_before_its_commit(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        await InTransactionAsync(db, async transaction =>
        {
            db.Calls.Add(new Call { Number = "+1" });
            db.AddWebhook(SavingTests.Ended("1"));
            await db.SaveChangesAsync();
            Assert.Empty(platform.Receiver.All);

            await transaction.CommitAsync();
        });

        await platform.Receiver.NextAsync();
        Assert.Equal((1, 1), await platform.CountAsync());
    }

    [Theory]
    [EachDatabase]
    public async Task What_the_host_rolls_back_was_never_there(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        await InTransactionAsync(db, async transaction =>
        {
            db.Calls.Add(new Call { Number = "+1" });
            db.AddWebhook(SavingTests.Ended("1"));
            await db.SaveChangesAsync();
            await transaction.RollbackAsync();
        });
        db.AddWebhook(SavingTests.Ended("2"));
        await db.SaveChangesAsync();

        Assert.Contains("\"2\"", System.Text.Encoding.UTF8.GetString((await platform.Receiver.NextAsync()).Body), StringComparison.Ordinal);
        Assert.Equal((0, 1), await platform.CountAsync());
        Assert.Single(platform.Receiver.All);
    }

    [Theory]
    [EachDatabase]
    public async Task A_save_that_fails_in_the_hosts_transaction_leaves_no_event_in_it(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        await InTransactionAsync(db, async transaction =>
        {
            db.Calls.Add(new Call { Number = "+1" });
            await db.SaveChangesAsync();
            db.Calls.Add(new Call { Number = "+1" });
            db.AddWebhook(SavingTests.Ended("1"));
            await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
            await transaction.CommitAsync();
        });

        Assert.Equal((1, 0), await platform.CountAsync());
    }

    [Theory]
    [EachDatabase]
    public async Task Where_one_of_two_events_is_refused_and_mended_in_the_hosts_transaction_the_other_is_there_once(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        await InTransactionAsync(db, async transaction =>
        {
            var call = db.Calls.Add(new Call { Number = "+1" }).Entity;
            db.AddWebhook(SavingTests.Ended("1"));
            var type = "not a type";
            db.AddWebhook(call, _ => WebhookEvent.FromJson(type, "{}"));
            await Assert.ThrowsAsync<WebhookValidationException>(() => db.SaveChangesAsync());
            type = "call.ended";
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        });

        Assert.Equal((1, 2), await platform.CountAsync());
    }

    [Theory]
    [EachDatabase]
    public async Task A_rollback_to_a_savepoint_takes_the_event_back(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        await InTransactionAsync(db, async transaction =>
        {
            db.Calls.Add(new Call { Number = "+1" });
            await db.SaveChangesAsync();
            await transaction.CreateSavepointAsync("before");
            db.AddWebhook(SavingTests.Ended("1"));
            await db.SaveChangesAsync();
            await transaction.RollbackToSavepointAsync("before");
            await transaction.CommitAsync();
        });

        Assert.Equal((1, 0), await platform.CountAsync());
    }

    [Theory]
    [EachDatabase]
    public async Task Two_contexts_share_one_transaction_and_its_fate(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        foreach (var commit in (bool[])[false, true])
        {
            await using var calls = platform.Open();
            await using var billing = platform.OpenBilling();
            await InTransactionAsync(calls, async transaction =>
            {
                billing.Database.SetDbConnection(calls.Database.GetDbConnection());
                await billing.Database.UseTransactionAsync(transaction.GetDbTransaction());
                calls.Calls.Add(new Call { Number = "+1" });
                calls.AddWebhook(SavingTests.Ended("1"));
                billing.Calls.Add(new Call { Number = "+2" });
                billing.AddWebhook(SavingTests.Ended("2"));
                await calls.SaveChangesAsync();
                await billing.SaveChangesAsync();
                await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
                await billing.Database.UseTransactionAsync(null);
            });

            Assert.Equal(commit ? (2, 2) : (0, 0), await platform.CountAsync());
        }

        await platform.Receiver.NextAsync(2);
        Assert.Equal(2, platform.Receiver.All.Count);
    }

    [Theory]
    [EachDatabase]
    public async Task A_save_that_is_retried_stores_its_rows_and_the_event_once(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        db.Calls.Add(new Call { Number = "+1" });
        db.AddWebhook(SavingTests.Ended("1"));
        platform.Faults.BeforeTheNextCommits(2);

        await db.SaveChangesAsync();

        Assert.Equal(3, platform.Faults.Commits);
        Assert.Equal((1, 1), await platform.CountAsync());
        Assert.Single(await platform.Receiver.NextAsync(1));
    }

    [Theory]
    [EachDatabase]
    public async Task A_commit_whose_answer_was_lost_is_retried_and_stores_the_event_once(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        db.AddWebhook(SavingTests.Ended("1"));
        platform.Faults.AfterTheNextCommits(1);

        await db.SaveChangesAsync();

        Assert.Equal(2, platform.Faults.Commits);
        Assert.Equal((0, 1), await platform.CountAsync());
    }

    [Theory]
    [EachDatabase]
    public async Task A_save_that_fails_for_good_leaves_nothing_and_the_next_stores_it(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        db.Calls.Add(new Call { Number = "+1" });
        db.AddWebhook(SavingTests.Ended("1"));
        platform.Faults.BeforeTheNextCommits(4);

        await Assert.ThrowsAsync<RetryLimitExceededException>(() => db.SaveChangesAsync());
        Assert.Equal((0, 0), await platform.CountAsync());

        await db.SaveChangesAsync();
        Assert.Equal((1, 1), await platform.CountAsync());
    }

    [Theory]
    [EachDatabase]
    public async Task A_TransactionScope_is_refused_before_anything_is_written(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        db.AddWebhook(SavingTests.Ended("1"));
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync());

        Assert.Contains("BeginTransactionAsync", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A transaction of the host's own, begun as EF Core asks for where saves may be retried.</summary>
    private static Task InTransactionAsync(DbContext db, Func<IDbContextTransaction, Task> work) =>
        db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await work(transaction);
        });
}
