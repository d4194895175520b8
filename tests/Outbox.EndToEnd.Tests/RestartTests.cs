using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Deliveries;

namespace Outbox.EndToEnd.Tests;

public sealed class RestartTests : IAsyncLifetime
{
    private Receiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await Receiver.StartAsync();

    public Task DisposeAsync() => _receiver.DisposeAsync().AsTask();

    [Fact]
    public async Task A_shutdown_interrupts_what_hangs_without_spending_a_try_and_the_next_start_sends_it()
    {
        await using var first = await Platform.StartAsync();
        await first.ListenAsync(_receiver.Url("/hook"));
        _receiver.Answer("/hook", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        var id = (await first.EndCallAsync("call_1")).DeliveryIds.Single();
        await _receiver.NextAsync();
        await first.StopAsync();

        _receiver.Answer("/hook", 200);
        await using var second = await Platform.StartAsync(onTheFileOf: first);
        var delivery = await second.UntilAsync(id, DeliveryStatus.Delivered);

        Assert.Equal(1, delivery.Attempts);
    }

    [Fact]
    public async Task A_stop_lets_what_is_on_the_wire_come_to_its_end_and_stores_it()
    {
        await using var platform = await Platform.StartAsync(
            build: outbox => outbox.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(30)));
        await platform.ListenAsync(_receiver.Url("/hook"));
        var stopping = platform.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        _receiver.Answer("/hook", async context =>
        {
            var begun = new TaskCompletionSource();
            using var stop = stopping.Register(begun.SetResult);
            await begun.Task.WaitAsync(context.RequestAborted);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, context.RequestAborted);
        });
        var id = (await platform.EndCallAsync("call_1")).DeliveryIds.Single();
        await _receiver.NextAsync();

        await platform.StopAsync();

        await using var connection = await platform.ConnectAsync();
        Assert.Equal(
            (long)DeliveryStatus.Delivered, await connection.ExecuteScalarAsync<long>("SELECT status FROM outbox_delivery WHERE id = @id", new { id }));
    }

    [Fact]
    public async Task A_host_that_is_disposed_of_without_a_stop_ends_its_loops_before_its_store()
    {
        var folder = Directory.CreateTempSubdirectory("outbox-");
        using var log = new Errors();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Logging.AddProvider(log);
        builder.Services.AddWebhookOutbox(options => options.Sending.AllowLocalReceivers = true)
            .AddProfile(Platform.Quick)
            .UseSqlite($"Data Source={Path.Combine(folder.FullName, "calls.db")}");
        var host = builder.Build();
        await host.StartAsync();
        var outbox = host.Services.GetRequiredService<IWebhookOutbox>();
        await outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = _receiver.Url("/hook"), Profile = "quick", Secret = Platform.Secret });
        var tornOff = new TaskCompletionSource();
        _receiver.Answer("/hook", async context =>
        {
            using var aborted = context.RequestAborted.UnsafeRegister(_ => tornOff.TrySetResult(), null);
            await tornOff.Task;
        });
        await outbox.EnqueueInOwnTransactionAsync(WebhookEvent.FromJson("call.ended", "{}"));
        await _receiver.NextAsync();

        await ((IAsyncDisposable)host).DisposeAsync();

        await tornOff.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.Empty(log.Lines);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_second_host_on_the_file_enqueues_but_leaves_the_sending_to_the_first_until_that_stops()
    {
        await using var first = await Platform.StartAsync();
        await using var second = await Platform.StartAsync(onTheFileOf: first);
        await first.ListenAsync(_receiver.Url("/hook"));

        var id = (await second.EndCallAsync("call_1")).DeliveryIds.Single();
        await second.UntilAsync(id, DeliveryStatus.Delivered);
        await first.StopAsync();
        var next = (await second.EndCallAsync("call_2")).DeliveryIds.Single();
        await second.UntilAsync(next, DeliveryStatus.Delivered);

        Assert.Equal(2, _receiver.All.Count);
    }

    [Fact]
    public async Task Starting_and_stopping_many_times_loses_nothing_and_repeats_nothing()
    {
        await using var owner = await Platform.StartAsync();
        await owner.ListenAsync(_receiver.Url("/hook"));
        await owner.StopAsync();

        var ids = new List<string>();
        for (var round = 0; round < 10; round++)
        {
            await using var platform = await Platform.StartAsync(onTheFileOf: owner);
            for (var i = 0; i < 20; i++)
            {
                ids.AddRange((await platform.EndCallAsync($"call_{round}_{i}")).DeliveryIds);
            }
        }

        await using var last = await Platform.StartAsync(onTheFileOf: owner);
        foreach (var id in ids)
        {
            Assert.Equal(1, (await last.UntilAsync(id, DeliveryStatus.Delivered)).Attempts);
        }

        Assert.Equal(ids.Count, _receiver.All.Count);
    }

    private sealed class Errors : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Lines.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
