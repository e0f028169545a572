# Puma's configuration: bound each worker by WORKER_MEMORY_MIB, and fill it until a NoMemoryError.
app { |_env| [200, {}, ['full']] }
bind 'tcp://127.0.0.1:0'
fill = lambda do |*|
  share = Integer(ENV.fetch('WORKER_MEMORY_MIB')) * 2**20
  status = File.read('/proc/self/status')
  mapped, resident = %w[VmData RssAnon].map { |name| Integer(status[/^#{name}:\s+(\d+)/, 1]) * 1024 }
  Process.setrlimit(:DATA, mapped + share - resident)
  $held = []
  begin
    loop { $held << Random.bytes(65_536) }
  rescue NoMemoryError
    $held.pop(16)
    File.write("#{ENV.fetch('FULL')}/#{Process.pid}", '')
  end
end
on_worker_boot(&fill)
# In single mode there is no worker; once Puma listens, its threads are there.
$filling ||= Thread.new { sleep 1; fill.call } if ENV['WEB_CONCURRENCY'] == '0'
