using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Outbox.EntityFrameworkCore.Tests;

public sealed class TeachingTests
{
    [Fact]
    public async Task A_synchronous_save_with_events_names_the_other_one_and_writes_nothing()
    {
        await using var platform = await Platform.StartAsync(Database.Sqlite);
        await using var db = platform.Open();
        db.Calls.Add(new Call { Number = "+1" });
        db.AddWebhook(SavingTests.Ended("1"));

        // The synchronous save is what the test is about.
#pragma warning disable CA1849, MA0042
        var error = Assert.Throws<InvalidOperationException>(() => db.SaveChanges());
#pragma warning restore CA1849, MA0042

        Assert.Contains("SaveChangesAsync", error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), await platform.CountAsync());
    }

    [Fact]
    public async Task A_synchronous_save_without_events_is_as_it_was()
    {
        await using var platform = await Platform.StartAsync(Database.Sqlite);
        await using var db = platform.Open();
        db.Calls.Add(new Call { Number = "+1" });

        // The synchronous save is what the test is about.
#pragma warning disable CA1849, MA0042
        Assert.Equal(1, db.SaveChanges());
#pragma warning restore CA1849, MA0042
    }

    [Fact]
    public async Task A_model_without_the_outbox_is_told_what_to_call()
    {
        await using var platform = await Platform.StartAsync(Database.Sqlite);
        await using var db = platform.Services.GetRequiredService<IDbContextFactory<ForgetfulDb>>().CreateDbContext();

        var error = Assert.Throws<InvalidOperationException>(() => db.AddWebhook(SavingTests.Ended("1")));

        Assert.Contains("modelBuilder.AddWebhookOutbox()", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await db.SaveChangesAsync());
    }

    [Fact]
    public void A_context_that_does_not_know_the_outbox_is_told_what_to_call()
    {
        using var db = new CallsDb(new DbContextOptionsBuilder<CallsDb>().UseSqlite("Data Source=:memory:").Options);

        var error = Assert.Throws<InvalidOperationException>(() => db.AddWebhook(SavingTests.Ended("1")));

        Assert.Contains(".WithDbContext<CallsDb>()", error.Message, StringComparison.Ordinal);
    }
}
