using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("Outbox.Postgres.Tests.SkipWithoutPostgres", "Outbox.Postgres.Tests")]

namespace Outbox.Postgres.Tests;

/// <summary>Where there is no PostgreSQL, every test shows as skipped, with the reason.</summary>
public sealed class SkipWithoutPostgres(IMessageSink messages) : XunitTestFramework(messages)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assembly, sources, diagnostics)
    {
        protected override void RunTestCases(IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions) =>
            base.RunTestCases(
                PostgresServer.SkipReason is { } reason ? testCases.Select(test => new Skipped(DiagnosticMessageSink, test, reason)) : testCases,
                executionMessageSink,
                executionOptions);
    }

    private sealed class Skipped : XunitTestCase
    {
        [Obsolete("Called by xunit's deserializer.")]
        public Skipped()
        {
        }

        public Skipped(IMessageSink diagnostics, IXunitTestCase test, string reason)
            : base(diagnostics, TestMethodDisplay.ClassAndMethod, TestMethodDisplayOptions.None, test.TestMethod, test.TestMethodArguments)
        {
            SkipReason = reason;
        }
    }
}
