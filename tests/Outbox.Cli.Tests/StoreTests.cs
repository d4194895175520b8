using Microsoft.Extensions.DependencyInjection;
using Outbox.Deliveries;
using Outbox.Sqlite.Tests;
using Outbox.Storage;

namespace Outbox.Cli.Tests;

public sealed class StoreTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-cli-");
    private readonly Terminal _terminal = new();
    private readonly ServiceProvider _host;

    public StoreTests()
    {
        var services = new ServiceCollection();
        services.AddWebhookOutbox(options => options.Dispatch = false).UseSqlite(Connection).StoreSecretsInPlainText();
        _host = services.BuildServiceProvider();
    }

    private string Connection => $"Data Source={Path.Combine(_folder.FullName, "calls.db")}";

    private IWebhookOutbox Outbox => _host.GetRequiredService<IWebhookOutbox>();

    public async Task InitializeAsync() => await Outbox.Endpoints.PutAsync(
        new WebhookEndpoint { Scope = WebhookScope.All, Url = "https://hooks.example.com/calls", Profile = "standard" });

    [Fact]
    public async Task Deliveries_are_found_by_what_their_last_attempt_brought()
    {
        await EndCallAsync("call_1");
        await SettleAsync(DeliveryTransition.Exhausted, limit: 1);

        Assert.Equal(1, (await AskAsync("deliveries", "--error", "503")).GetProperty("deliveries").GetArrayLength());
        Assert.Equal(0, (await AskAsync("deliveries", "--error", "500")).GetProperty("deliveries").GetArrayLength());
        Assert.Equal(0, (await AskAsync("deliveries", "--error", "timeout")).GetProperty("deliveries").GetArrayLength());
    }

    [Fact]
    public async Task Status_counts_what_is_owed()
    {
        await EndCallAsync("call_1");
        await EndCallAsync("call_2");
        await SettleAsync(DeliveryTransition.Exhausted, limit: 1);

        var status = await AskAsync("status");

        Assert.Equal((1, 1), (status.GetProperty("waiting").GetInt32(), status.GetProperty("exhausted").GetInt32()));
        Assert.Equal(0, await RunAsync("status"));
        Assert.Contains("oldest due since", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliveries_are_filtered_and_paged()
    {
        var first = await EndCallAsync("call_1");
        var second = await EndCallAsync("call_2");
        await EndCallAsync("call_3");

        var about = await AskAsync("deliveries", "--subject", "call_2");
        var page = await AskAsync("deliveries", "--limit", "2");
        var rest = await AskAsync("deliveries", "--limit", "2", "--cursor", page.GetProperty("nextCursor").GetString()!);

        Assert.Equal(second, about.GetProperty("deliveries")[0].GetProperty("id").GetString());
        Assert.Equal("waiting", about.GetProperty("deliveries")[0].GetProperty("status").GetString());
        Assert.Equal(first, rest.GetProperty("deliveries")[0].GetProperty("id").GetString());
        Assert.Equal(0, await RunAsync("deliveries", "--status", "waiting"));
        Assert.Contains(second, _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_tells_the_story_of_one_without_letting_a_receiver_steer_the_terminal()
    {
        var id = await EndCallAsync("call_1");
        await SettleAsync(DeliveryTransition.RetryAfter(TimeSpan.FromHours(1)), excerpt: "no \u001b[2J room [red]left[/]");

        Assert.Equal(0, await RunAsync("show", id, "--data"));

        Assert.Contains("answered 503", _terminal.Output, StringComparison.Ordinal);
        Assert.Contains("no ·[2J room [red]left[/]", _terminal.Output, StringComparison.Ordinal);
        Assert.Contains("\"id\": \"call_1\"", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_tells_what_a_delivery_was_held_for_and_when_that_came()
    {
        var enqueued = await Outbox.EnqueueInOwnTransactionAsync(
            new WebhookEvent("call.ended", new { id = "call_1" }) { Subject = "call_1", Scopes = [WebhookScope.All], Holds = [new("recording", TimeSpan.FromHours(1))] });

        Assert.Equal(0, await RunAsync("show", enqueued.DeliveryIds[0]));
        Assert.Contains("waits for its recording until", _terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("recording arrived", _terminal.Output, StringComparison.Ordinal);

        await Outbox.ArtifactReadyInOwnTransactionAsync(new WebhookArtifact("call_1", "recording"));
        Assert.Equal(0, await RunAsync("show", enqueued.DeliveryIds[0]));
        Assert.Contains("recording arrived", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_counts_and_a_replay_replays()
    {
        var first = await EndCallAsync("call_1");
        await EndCallAsync("call_2");
        await SettleAsync(DeliveryTransition.Exhausted);

        Assert.Equal(2, (await AskAsync("replay", "--dry-run")).GetProperty("matching").GetInt32());
        Assert.Equal(DeliveryStatus.Exhausted, (await Outbox.Deliveries.GetAsync(first))!.Status);
        Assert.Equal(1, (await AskAsync("replay", first)).GetProperty("replayed").GetInt32());
        Assert.Equal(1, (await AskAsync("replay", "--yes")).GetProperty("replayed").GetInt32());

        Assert.Equal(DeliveryStatus.Waiting, (await Outbox.Deliveries.GetAsync(first))!.Status);
    }

    [Fact]
    public async Task Many_are_replayed_only_when_somebody_says_yes()
    {
        var id = await EndCallAsync("call_1");
        await SettleAsync(DeliveryTransition.Exhausted);

        Assert.Equal(1, await RunAsync("replay"));
        Assert.Equal(DeliveryStatus.Exhausted, (await Outbox.Deliveries.GetAsync(id))!.Status);

        _terminal.BeInteractive();
        _terminal.Answer("y");
        Assert.Equal(0, await RunAsync("replay"));
        Assert.Equal(DeliveryStatus.Waiting, (await Outbox.Deliveries.GetAsync(id))!.Status);
    }

    [Fact]
    public async Task Prune_deletes_what_is_finished_and_nothing_that_is_open()
    {
        var finished = await EndCallAsync("call_1");
        await SettleAsync(DeliveryTransition.Delivered);
        var open = await EndCallAsync("call_2");

        Assert.Equal(1, (await AskAsync("prune", "--delivered", "0")).GetProperty("pruned").GetInt32());

        Assert.Null(await Outbox.Deliveries.GetAsync(finished));
        Assert.NotNull(await Outbox.Deliveries.GetAsync(open));
    }

    [Fact]
    public async Task The_schema_is_printed_without_a_database_and_applied_to_one()
    {
        using var printing = new Terminal();
        Assert.Equal(0, await printing.RunAsync("schema"));
        Assert.Contains("outbox_delivery", printing.Output, StringComparison.Ordinal);

        var fresh = $"Data Source={Path.Combine(_folder.FullName, "fresh.db")}";
        Assert.Equal(2, await _terminal.RunAsync("deliveries", "--connection", fresh));
        Assert.Equal(0, await _terminal.RunAsync("schema", "--apply", "--connection", fresh));
        Assert.Equal(0, await _terminal.RunAsync("deliveries", "--connection", fresh));
    }

    [Fact]
    public async Task A_connection_that_is_none_is_refused_without_being_repeated()
    {
        Assert.Equal(2, await _terminal.RunAsync("status", "--connection", "my-password"));

        Assert.Contains("--connection is no connection string", _terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("my-password", _terminal.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "There is no status 'lost'", "deliveries", "--status", "lost")]
    [InlineData(2, "There is no status '3'", "deliveries", "--status", "3")]
    [InlineData(2, "'soon' is no time", "deliveries", "--from", "soon")]
    [InlineData(2, "The limit is 0", "deliveries", "--limit", "0")]
    [InlineData(2, "is not a cursor", "deliveries", "--cursor", "page-two")]
    [InlineData(2, "are on their way already", "replay", "--status", "waiting", "--yes")]
    [InlineData(2, "There is no store 'mongo'", "status", "--store", "mongo")]
    [InlineData(1, "There is no delivery 'dlv_x'", "show", "dlv_x")]
    [InlineData(1, "'dlv_x' cannot be replayed", "replay", "dlv_x")]
    public async Task What_cannot_be_done_is_said_in_a_sentence(int exitCode, string sentence, params string[] arguments)
    {
        Assert.Equal(exitCode, await RunAsync(arguments));

        Assert.Contains(sentence, _terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _terminal.Output, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _terminal.Dispose();
        _folder.DeleteWithDatabases();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    private Task<int> RunAsync(params string[] arguments) => _terminal.RunAsync([.. arguments, "--connection", Connection]);

    private Task<System.Text.Json.JsonElement> AskAsync(params string[] arguments) => _terminal.AskAsync([.. arguments, "--connection", Connection]);

    private async Task<string> EndCallAsync(string id)
    {
        var enqueued = await Outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { id }) { Subject = id, Scopes = [WebhookScope.All] });
        return enqueued.DeliveryIds.Single();
    }

    private async Task SettleAsync(DeliveryTransition transition, int limit = 10, string? excerpt = null)
    {
        var store = _host.GetRequiredService<IOutboxStore>();
        var claimed = await store.ClaimAsync(
            new ClaimRequest
            {
                Owner = "test",
                Limit = limit,
                LimitPerEndpoint = limit,
                InFlight = new Dictionary<string, int>(StringComparer.Ordinal),
                Lease = TimeSpan.FromMinutes(1),
            },
            CancellationToken.None);
        var attempt = new AttemptRecord
        {
            StartedAt = Signed.SentAt,
            Duration = TimeSpan.FromMilliseconds(12),
            StatusCode = 503,
            Excerpt = excerpt,
        };
        await store.SettleAsync([.. claimed.Deliveries.Select(delivery => new Settlement(delivery, transition, attempt))], CancellationToken.None);
    }
}
