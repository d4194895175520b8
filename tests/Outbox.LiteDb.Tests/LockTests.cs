using Outbox.Storage;

namespace Outbox.LiteDb.Tests;

/// <summary>A LiteDB file belongs to one process.</summary>
public sealed class LockTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_process_is_refused_while_the_first_runs_and_takes_over_when_it_was_killed()
    {
        using var other = OtherProcess.Start(_folder.File);
        var committed = await other.CommittedAsync();

        using (var refused = _folder.Open())
        {
            var refusal = Assert.Throws<OutboxStoreException>(() => refused.Engine);
            Assert.Contains("in use by an outbox already", refusal.Message, StringComparison.Ordinal);
            Assert.False(refusal.IsTransient);
        }

        await other.KillAsync();
        using var file = _folder.Open();
        Assert.NotNull(file.Database.GetCollection("calls").FindById(committed));
    }

    [Fact]
    public void Another_host_of_the_same_process_is_refused_too_until_the_first_is_gone()
    {
        var first = _folder.Open();
        _ = first.Engine;
        using var second = _folder.Open();

        Assert.Throws<OutboxStoreException>(() => second.Engine);

        first.Dispose();
        Assert.NotNull(second.Engine);
    }

    [Fact]
    public async Task A_host_on_a_file_that_another_has_open_does_not_start()
    {
        await using var platform = Platform.Build();
        using var other = new LiteDbFile(LiteDbSource.Parse($"Filename={platform.File}", new LiteDbStoreOptions()));
        _ = other.Engine;

        await Assert.ThrowsAsync<OutboxStoreException>(platform.StartAsync);
    }
}
