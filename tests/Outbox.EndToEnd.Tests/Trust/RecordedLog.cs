using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Outbox.EndToEnd.Tests.Trust;

/// <summary>Everything that is logged, at every level, in every category: the sentence, each of its values, the scopes and the exception.</summary>
internal sealed class RecordedLog
{
    public ConcurrentQueue<(string Category, LogLevel Level, int Event, string Text)> Lines { get; } = new();

    public void RecordAll(IServiceCollection services) => services.AddLogging(logging =>
        logging.SetMinimumLevel(LogLevel.Trace).AddFilter(_ => true).AddProvider(new Provider(this)));

    private static string TextOf<TState>(TState state) => state is IEnumerable<KeyValuePair<string, object?>> values
        ? string.Join(' ', values.Select(value => $"{value.Key}={value.Value}"))
        : $"{state}";

    private sealed class Provider(RecordedLog log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Recorder(log, categoryName);

        public void Dispose()
        {
        }
    }

    private sealed class Recorder(RecordedLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            log.Lines.Enqueue((category, LogLevel.Trace, 0, TextOf(state)));
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = new StringBuilder(formatter(state, exception)).Append(' ').Append(TextOf(state)).Append(' ').Append(exception);
            log.Lines.Enqueue((category, logLevel, eventId.Id, text.ToString()));
        }
    }
}
