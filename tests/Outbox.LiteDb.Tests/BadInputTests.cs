using LiteDB;
using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Outbox.Storage;

namespace Outbox.LiteDb.Tests;

/// <summary>What cannot work is refused at the earliest moment, with the cure.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Filename=calls.db;Connection=shared", "shared")]
    [InlineData("Filename=calls.db;ReadOnly=true", "ReadOnly")]
    [InlineData("Filename=:memory:", "gone with the process")]
    [InlineData("Filename=:temp:", "gone with the process")]
    [InlineData("Password=secret", "Filename=calls.db")]
    [InlineData("Filename=calls.db;Connection=nonsense", "Filename=calls.db")]
    public void A_connection_string_that_cannot_be_used_is_refused_at_registration(string connectionString, string says)
    {
        var refusal = Assert.Throws<ArgumentException>(() => Builder().UseLiteDb(connectionString));

        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_timeout_out_of_range_is_refused_at_registration()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Builder().UseLiteDb("Filename=calls.db", options => options.LockTimeout = TimeSpan.Zero));

        Assert.Contains("LockTimeout", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_store_and_a_second_database_are_refused()
    {
        var twice = Builder();
        twice.UseLiteDb("Filename=calls.db");
        var withDatabase = Builder();
        withDatabase.Services.AddSingleton(Substitute.For<ILiteDatabase>());

        Assert.Contains("LiteDbOutboxStore", Assert.Throws<InvalidOperationException>(() => twice.UseLiteDb("Filename=other.db")).Message, StringComparison.Ordinal);
        Assert.Contains("ILiteDatabase", Assert.Throws<InvalidOperationException>(() => withDatabase.UseLiteDb("Filename=calls.db")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        using var file = _folder.Open(connectionString: $"Filename={Path.Combine(_folder.Name, "none", "calls.db")}");

        Assert.Contains("folder", Failure(file).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_kind_is_not_touched()
    {
        var content = new string('x', 20_000);
        File.WriteAllText(_folder.File, content);
        using var file = _folder.Open();

        var failure = Failure(file);

        Assert.False(failure.IsTransient);
        Assert.Contains("is not LiteDB's", failure.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(_folder.File));
    }

    [Fact]
    public void An_encrypted_file_asks_for_its_password_and_the_message_tells_none()
    {
        new LiteDatabase($"Filename={_folder.File};Password=right-horse").Dispose();
        using var without = _folder.Open();
        Assert.Contains("password", Failure(without).Message, StringComparison.OrdinalIgnoreCase);
        without.Dispose();

        using var wrong = _folder.Open(connectionString: $"Filename={_folder.File};Password=wrong-horse");
        var failure = Failure(wrong);
        Assert.Contains("password", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("wrong-horse", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_does_not_exist_is_not_made_by_a_mode_that_makes_nothing()
    {
        using var file = _folder.Open(configure: options => options.SchemaMode = SchemaMode.ValidateOnly);

        Assert.Contains("does not exist", Failure(file).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File));
    }

    private static OutboxStoreException Failure(LiteDbFile file) => Assert.Throws<OutboxStoreException>(() => file.Engine);

    private static IWebhookOutboxBuilder Builder()
    {
        var builder = Substitute.For<IWebhookOutboxBuilder>();
        builder.Services.Returns(new ServiceCollection());
        return builder;
    }
}
