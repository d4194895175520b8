using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Outbox.EntityFrameworkCore.Tests;

public sealed class SavingTests
{
    [Theory]
    [EachDatabase]
    public async Task A_save_stores_its_rows_and_the_event_together_and_the_POST_follows(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();

        var call = db.Calls.Add(new Call { Number = "+1" }).Entity;
        db.AddWebhook(call, Ended);
        var written = await db.SaveChangesAsync();

        using var sent = JsonDocument.Parse((await platform.Receiver.NextAsync()).Body);
        Assert.Equal(call.Id, sent.RootElement.GetProperty("data").GetProperty("id").GetInt32());
        Assert.Equal((1, 1, 1), (written, call.Id, (await platform.CountAsync()).Events));
        Assert.False(db.ChangeTracker.HasChanges());
    }

    [Theory]
    [EachDatabase]
    public async Task The_next_save_stores_nothing_again(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        db.AddWebhook(Ended("1"));
        await db.SaveChangesAsync();

        db.Calls.Add(new Call { Number = "+1" });
        await db.SaveChangesAsync();

        Assert.Equal((1, 1), await platform.CountAsync());
        Assert.Equal(AutoTransactionBehavior.WhenNeeded, db.Database.AutoTransactionBehavior);
    }

    [Theory]
    [EachDatabase]
    public async Task A_save_that_fails_sends_nothing_and_the_next_has_the_event_again(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await AddCallAsync(platform, "+1");
        await using var db = platform.Open();
        var call = db.Calls.Add(new Call { Number = "+1" }).Entity;
        db.AddWebhook(call, Ended);

        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
        Assert.Equal((1, 0), await platform.CountAsync());

        call.Number = "+2";
        await db.SaveChangesAsync();
        Assert.Equal((2, 1), await platform.CountAsync());
    }

    [Theory]
    [EachDatabase]
    public async Task An_event_that_is_refused_takes_the_rows_with_it(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        db.Calls.Add(new Call { Number = "+1" });
        db.AddWebhook(WebhookEvent.FromJson("call.ended", "[]"));

        await Assert.ThrowsAsync<WebhookValidationException>(() => db.SaveChangesAsync());

        Assert.Equal((0, 0), await platform.CountAsync());
    }

    [Theory]
    [EachDatabase]
    public async Task A_save_of_events_alone_stores_them_all(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        db.AddWebhook(Ended("1"));
        db.AddWebhook(Ended("2"));

        await db.SaveChangesAsync();

        Assert.Equal((0, 2), await platform.CountAsync());
        Assert.Equal(2, (await platform.Receiver.NextAsync(2)).Count);
    }

    [Theory]
    [EachDatabase]
    public async Task A_save_of_events_alone_that_fails_keeps_them_for_the_next(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        var call = db.Calls.Add(new Call { Number = "+1" }).Entity;
        await db.SaveChangesAsync();
        var type = "not a type";
        db.AddWebhook(call, _ => WebhookEvent.FromJson(type, "{}"));
        await Assert.ThrowsAsync<WebhookValidationException>(() => db.SaveChangesAsync());

        type = "call.ended";
        await db.SaveChangesAsync();

        Assert.Equal((1, 1), await platform.CountAsync());
    }

    [Theory]
    [EachDatabase]
    public async Task Changes_that_are_not_accepted_keep_the_event_for_the_next_save_until_they_are(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using var db = platform.Open();
        db.AddWebhook(Ended("1"));
        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using (await db.Database.BeginTransactionAsync())
            {
                await db.SaveChangesAsync(acceptAllChangesOnSuccess: false);
            }

            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.SaveChangesAsync(acceptAllChangesOnSuccess: false);
            await transaction.CommitAsync();
        });
        db.ChangeTracker.AcceptAllChanges();
        await db.SaveChangesAsync();

        Assert.Equal((0, 1), await platform.CountAsync());
    }

    [Theory]
    [EachDatabase]
    public async Task A_pooled_context_carries_nothing_over_to_its_next_user(Database database)
    {
        await using var platform = await Platform.StartAsync(database);
        await using (var db = platform.OpenBilling())
        {
            db.AddWebhook(Ended("1"));
        }

        await using (var db = platform.OpenBilling())
        {
            db.Calls.Add(new Call { Number = "+1" });
            await db.SaveChangesAsync();
        }

        Assert.Equal((1, 0), await platform.CountAsync());
    }

    [Theory]
    [EachDatabase]
    public async Task Where_migrations_own_the_tables_the_store_only_validates_them(Database database)
    {
        await using var platform = await Platform.StartAsync(database, ownedByMigrations: true);
        await using var db = platform.OpenBilling();
        db.Calls.Add(new Call { Number = "+1" });
        db.AddWebhook(Ended("1"));

        await db.SaveChangesAsync();

        Assert.Equal((1, 1), await platform.CountAsync());
        await platform.Receiver.NextAsync();
    }

    internal static WebhookEvent Ended(string id) => WebhookEvent.FromJson("call.ended", $$"""{"id":"{{id}}"}""");

    private static WebhookEvent Ended(Call call) => new("call.ended", new { id = call.Id }) { Subject = $"{call.Id}" };

    private static async Task AddCallAsync(Platform platform, string number)
    {
        await using var db = platform.Open();
        db.Calls.Add(new Call { Number = number });
        await db.SaveChangesAsync();
    }
}
