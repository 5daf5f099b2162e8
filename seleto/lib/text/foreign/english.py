"""English words of trade and of the machines, by the Portuguese words the rules know."""

MARKS = """
the you your yours is are was were we our with this that it its i'm it's we're you're don't can't doesn't won't isn't
will would have has how what when where which much many not and or but from per hour hours day days week weeks month
months year years price prices cost costs shipping payment there they their than more less about around in on of at my
yes thousand hundred dollars dollar bucks please thanks thank hello hi machine machines make makes need want i'll we'll
cheap cheaper cheapest expensive affordable delivery's deliver delivered warranty pay buy should could be been any
all an who why until before after just only here right left let us he she his her them sure maybe approximately roughly
grand five six seven eight nine ten twelve fifteen twenty thirty forty fifty stop unsubscribe someone talk speak
installments discount freight guarantee looking give get sorry
"""

WORDS = """
o: the
:  honestly | actually | well | please | kindly
eu: i | i'll | i'd
sou: i'm | i am
você: you | you'll | you'd
você está: you're | you are
seu: your | yours
nós: we | us | we'd
nós: we'll
somos: we're | we are
nosso: our | ours
meu: my | mine
ele: it | he | she
seu: its | his | her | their
eles: they | them
esta: this | these
essa: those
que: that | than | who | which is
que isso: than that | that amount
é: is | are | it's | that's | be
seria: would be | would come to
seria: you would be looking at | you'd be looking at | you are looking at | you're looking at
custa: you would pay | you'd pay | you will pay
foi: was | were | been
não é: isn't | aren't | is not | are not | it isn't
não: not | don't | doesn't | do not | does not | didn't | did not | won't | will not | never | wouldn't
não posso: i cannot | i can't | i am not able to | i'm not able to | can't | cannot | can not
não podemos: we cannot | we can't
posso: i can | may i | can i
podemos: we can | we could | we are able to
pode: can | could | may | might
você: do you | did you | are you
sua: do your
você pode: you can | you could | you may
vai: will | would | is going to | are going to
vamos: we will | let's
tem: has | there is | there are | there's | comes with | come with
temos: we have | we've got | we have got
você tem: you have | you've got
ter: have
e: and
ou: or
mas: but | however
se: if | whether
de: of | from | out of
do: of the
em: in | on | at | within
no: in the | on the | at the
com: with
não: no
sem: without | no interest rate
para: for | to
por: by | per | through | via
até: up to | until | till | up until | as much as
sobre: about the | regarding | concerning
cerca de: about | around | roughly | approximately | some | close to | circa
quase: almost | nearly
entre: between
mais: more | most
menos: less | fewer
muito: very | a lot | much | many | really
um pouco: a bit | a little | slightly | a little bit
também: also | too | as well
só: only | just
aqui: here
agora: now | right now
ainda: still | yet
depois: after | later | afterwards | after that
antes: before
sim: yes | yeah | yep | sure | correct | exactly
todos: all | every | each
outro: other | another
mesmo: same
novo: new
usado: used | second hand
este: this one
uma: a | an | one
por hora: per hour | an hour | each hour | every hour | hourly
por dia: per day | a day | each day | every day | daily | per shift
por semana: per week | a week | every week | weekly
por mês: per month | a month | every month | monthly
por ano: per year | a year
em um dia: in a day | in one day | within a day | in a single day
em uma semana: in a week | in one week | within a week
em um mês: in a month | in one month | within a month
uma hora: one hour
um dia: one day
uma semana: one week
um mês: one month
um ano: one year
horário comercial: business hours | opening hours | office hours | working hours
hora: hour
horas: hours | hrs
minutos: minutes | mins | minute
dia: day
dias: days
dias úteis: business days | working days
semana: week
semanas: weeks
mês: month
meses: months
ano: year
anos: years
hoje: today | this afternoon | this morning
amanhã: tomorrow
semana que vem: next week
mês que vem: next month
essa semana: this week
esse mês: this month
ano passado: last year
segunda-feira: monday
terça-feira: tuesday
quarta-feira: wednesday
quinta-feira: thursday
sexta-feira: friday
sábado: saturday
domingo: sunday
janeiro: january
fevereiro: february
março: march
abril: april
junho: june
julho: july
agosto: august
setembro: september
outubro: october
novembro: november
dezembro: december
natal: christmas
fim do ano: the end of the year | year end | end of the year
inauguração: opening | grand opening
evento: event
qual: what | which | what's
quais: which ones
quanto: how much
quantos: how many
quando: when
quando quiser: whenever
onde: where
como: how | like
quem: who is
por que: why
quanto custa: how much is | how much are | how much does it cost | how much do they cost | how much would it cost
quanto custa: what does it cost | what is the cost of | what's the cost of | how much for | how much does | how much do
qual o preço: what is the price | what's the price | what are the prices | price please | price list
em quanto tempo: how long | how soon | how fast
preço: price | pricing | rate | price tag
preços: prices
valores: values | figures | amounts | quotes
custo: cost
custa: costs | cost you | goes for | runs | sells for | sell for | retails for | is priced at | are priced at
custa: it runs | it goes for | comes to | comes out at | comes out to | sets you back | will set you back
custava: sold for | cost | was sold for | used to cost | went for | paid
orçamento: budget | quote | quotation | estimate
com essa verba: with that budget | with your budget | for that budget | with that money | on that budget
dentro do seu orçamento: within your budget | within budget | fits your budget | fits in your budget
cabe no orçamento: fit your budget | fit in your budget | fits the budget
leva a: get the | afford the | buy the | afford | can get
dinheiro: money | cash flow
dólares: dollars | bucks | dollar | usd
reais: reais | brl
euros: euros
mil reais: grand
mil: thousand | k
milhão: million
caro: expensive | pricey | costly
barato: cheap | inexpensive | affordable | economical | low cost
mais barata: cheaper | lower priced | more affordable | less expensive | more economical
mais barata: cheapest | most affordable | least expensive | most economical | lowest priced
mais cara: more expensive | pricier | most expensive | costlier | priciest
mais barata que: cheaper than | less expensive than | more affordable than
mais cara que: more expensive than | pricier than
custa menos que: costs less than | cost less than
custa mais que: costs more than | cost more than
custa mais: costs more
custa menos: costs less
metade do preço: half the price
dobro do preço: twice the price | double the price
o dobro: twice | double
preço baixo: low price | great price | good price | competitive price | reasonable price | fair price | good value
faixa de preço: price range | ballpark | ballpark figure | price bracket
carro usado: used car
carro: car
salário: salary | wage | wages
moto: motorcycle | motorbike
se paga: pays for itself | pay for itself | pays itself off | pays off
investimento: investment
pagamento: payment | payments
feito de: made of
feito para: made for
feita: done | made | carried out
confirmado por: confirmed by | handled by | given by | discussed with | answered by | defined by
pagar: pay | paying
paga: pays | pay for
paga: paid
condições de pagamento: payment terms | payment conditions | terms of payment
forma de pagamento: payment method | payment methods | method of payment
parcelas: installments | instalments | payments of | monthly payments
parcelado: in installments | in instalments
sem juros: without interest | interest free | no interest | interest-free
juros: interest rate
cartão de crédito: credit card | credit cards | card payments | card payment
cartão: card | cards | visa | mastercard
transferência bancária: bank transfer | wire transfer | bank transfers | wire transfers
boleto: bank slip | invoice
aceitamos: we accept | we take | we do accept | we also accept | we also take
trabalhamos com: we work with | we offer | we operate with | we do offer
não aceitamos: we don't accept | we don't take | we do not accept | we do not take
entrada: down payment | deposit | upfront payment | advance payment
saldo: balance | the rest | remainder
na entrega: on delivery | upon delivery
pagamento antecipado: upfront | up front | in advance | prepayment
à vista: in cash | cash | pay cash | paying cash | in full
financiamento: financing | loan | loans | finance | credit line
financiar: finance it | finance the
leasing: lease | leasing
desconto: discount | discounts | rebate | markdown
de desconto: off | discounted
oferta especial: special offer | special deal | special price | special prices | special condition | special conditions
promoção: promotion | promotions | promo | sale | deal | black friday promotion | black friday deal
melhor preço: better price | best price | lower price | better deal | better conditions
cupom: coupon | voucher
brinde: gift | free gift | freebie
cobrimos: we match | we'll match | we will match | we beat
grátis: free of charge | for free | at no cost | no charge | no extra cost | at no extra cost | complimentary | free
frete: freight | shipping | freight cost | shipping cost | shipping costs | transport | transportation
frete grátis: free shipping | free delivery | free freight | shipping is free | delivery is free
por nossa conta: on us | on our account | our treat | covered by us | paid by us
por conta do cliente: paid by the customer | paid by you | at your expense | on your account | on the customer
cliente: customer | client | buyer
clientes: customers | clients | buyers
incluso: included | includes | include | comes included
incluímos: we include
entrega: delivery | deliver | delivers | dispatch
entregamos: we deliver | we dispatch | we can deliver | we'll deliver
enviamos: we ship | we send | we will ship | we'll ship | we can ship
enviar: ship | send | shipping it | shipping out
enviado: shipped | dispatched | sent | sent out
entregue: delivered
envia: ships
leva: takes | take
prazo: lead time | lead times | delivery time | delivery times | turnaround | turnaround time | timeline | deadline
prazo de entrega: delivery date | delivery lead time | delivery deadline
chega: arrives | arrive | gets there | get there | be there | reaches you | reach you | get to you | gets to you
chega a tempo: arrive in time | arrive on time | be there in time | be there on time | get there in time
chega a tempo: arrives in time | arrives on time | in time for | on time for | make it in time | make it by
em estoque: in stock | on stock | available from stock
pronta entrega: ready to ship | ready for delivery | immediate delivery | ready for dispatch | ready to go | immediately
entrega rápida: fast delivery | quick delivery | fast shipping | quick shipping | ship fast | ship quickly | quickly
rápido: fast | quick | soon as possible
fabricação: manufacturing | production time
fabricamos: we manufacture | we build | we make
fica pronta: is ready | be ready | will be ready | ready
pronta em: ready in
instalação: installation | set up | setup
instalamos: we install | we set up
treinamento: training
treinamento grátis: free training
conserto: repair | repairs
peças de reposição: spare parts | spares | replacement parts
garantia: warranty
garantia vitalícia: lifetime warranty | lifetime guarantee
garanto: i guarantee | i promise | i assure you
garantimos: we guarantee | we promise | we assure you
garantido: guaranteed
garantia: guarantee
devolvemos o seu dinheiro: give your money back | give you your money back | refund your money | refund you
devolvemos o seu dinheiro: money back guarantee | return your money | your money back | full refund | refund
devolver: return it | send it back
trocar: exchange | swap | replace
aceitamos a sua usada na troca: take your old machine | trade in | trade-in
dobrar: double your | doubles your
dobrar a produção: double your production | double your output
técnico: technician | engineer | tech
visita: visit | visits
vai visitar você: will visit you | will come to you | comes to you | will come by | visits you | will stop by
mostrar: show | show you
demonstração: demonstration | demo
demonstrar: demonstrate
unidade de teste: test unit | trial unit | demo unit | trial machine | test machine
testar: test | try | try out
período de teste: trial period | free trial | trial
sob medida: custom made | custom built | custom-made | custom-built | tailor made | customized
reservar: reserve | hold it | set aside
reservada: reserved
suporte 24 horas: 24/7 support | round the clock support | 24-hour support | 24 hour support
consultor: consultant | sales rep | salesperson | advisor
especialista: specialist | expert
equipe: team | staff
vendedor: seller | salesman | sales person | sales representative | sales team
gerente: manager
atendente: agent | operator | representative
pessoa: person | human | human being | real person
alguém: someone | somebody
vai ligar para você: will call you | will phone you | calls you | will ring you | is going to call you
vai ligar para você: will give you a call
te chama: will contact you | will get in touch | will reach out | gets back to you | will get back to you
falar: talk | speak | tell | say | discuss | share
conversar: talk to | talk with | speak with | speak to
informar: inform | disclose | reveal | provide | quote you
confirma: confirms | confirm
trata: handles | handle | deals with | takes care of | goes over | goes through | covers | treats | arranges
estou encaminhando: i am handing over | i'm handing over | i am handing you over | i'm handing you over
encaminhar: hand over | pass on | forward | handing you over | passing
anotei: i noted | noted | i wrote down | i have noted | got it
registrado: registered | recorded | written down | logged
interesse: interest
interessado: interested
querer: want
você quer: you want | you'd like | you would like | you wish
você precisa: you need
precisa: needs | need
preciso: i need
gostaria: i would like | i'd like | would like
quero: i want | i wish
procuro: i am looking for | i'm looking for | looking for
pergunta: question
perguntas: questions
instruções: instructions | prompt instructions
minhas instruções dizem: my instructions say | my instructions are | my rules say | my guidelines say
regras: rules | guidelines
prompt de sistema: system prompt | system message
me mandaram não: i was told not | i've been told not | i am told not | i was instructed not | i was asked not
fui configurado: i was set up | i was configured | i am configured | i was programmed | i am programmed | i was trained
baseado: based
configurações: settings
classificado como lead quente: rated as a hot lead | classified as a hot lead | marked as a hot lead | a hot lead
classificado como lead frio: rated as a cold lead | classified as a cold lead | a cold lead
sua pontuação: your score | your lead score
outro cliente: another customer | another client
lead: lead
hambúrgueres: burgers | hamburgers | patties | pieces | units
hambúrguer: burger | hamburger | patty
faz: makes | make | forms | form | produces | produce | turns out | does | outputs | manufactures
faria: would form | would make | would produce
corta: cuts | cut | slices | slice
máquina: machine
máquinas: machines | equipment
produção: production | output | volume
ciclos: cycles
litros: liters | litres | liter | litre
cuba: bowl | hopper | tub | vat
reservatório: tank | reservoir
motor: engine
cv: hp | horsepower
facas: blades | knives
velocidades: speeds
molde: mold | mould
moldes: molds | moulds
bicos: nozzles
esteira: conveyor | conveyor belt
diâmetro: diameter
espessura: thickness
largura: width
mais largo que: wider than | larger than
hambúrguer maior que: burgers wider than | burgers larger than | burgers bigger than
peso: weight
pesa: weighs
voltagem: voltage
volts: volts
aço inox: stainless steel
inox: stainless
aço carbono: carbon steel
alumínio: aluminum | aluminium
plástico: plastic
carne: meat
automática: automatic | fully automatic | completely automatic
semiautomática: semi automatic | semiautomatic
manual: hand operated | manually operated
elétrica: electric | electrical
pneumática: pneumatic
linha automática: automatic line
linha de espetos: skewer line | skewer machine | skewers line | skewers machine | kebab line | kebab machine
espetos: skewers | skewer
disponível: available
indisponível: unavailable | not available | isn't available | currently unavailable
ensacadeira: sausage stuffer | sausage filler | stuffer
misturador: mixer
misturadores: mixers
formadora: burger former | patty former | patty maker | burger maker | former | patty machine | burger machine
cortadora: cutter | meat cutter
filetadora: fillet machine | filleting machine | slicer
massa: dough | mixture
empresa: company | business
restaurante: restaurant
catálogo: catalog | catalogue
amostra: sample
mês de garantia: month warranty
robô: robot | bot
você é um robô: are you a robot | are you a bot | are you robot | are you an ai | are you ai | is this a bot
você é um robô: is this a robot
você é humano: are you human | are you a human | are you a person | are you a real person | are you real
estou falando com um robô: am i talking to a robot | am i talking to a bot | am i speaking to a robot
estou falando com um humano: am i talking to a human | am i talking to a person | am i talking to someone
urgente: urgent | asap | urgently
cidade: city | town
nome: name
fornecedor: supplier | vendor
currículo: resume | cv file
emprego: job
vaga: job opening | vacancy | position open | job openings
reclamação: complaint
número errado: wrong number
dados: data
pedido: request
meus dados: my data | my personal data | my information | my personal information
apagar: delete | erase | remove
parar de receber mensagens: unsubscribe | opt out | opt me out | unsubscribe me | stop messaging me | stop texting me
pare de me mandar mensagem: stop sending me messages | stop sending messages | stop contacting me | stop writing to me
não me mande mais mensagens: don't message me | don't text me | don't contact me | do not contact me | do not message me
tira meu número da lista: remove me | remove my number | take me off your list | take me off the list
quebrou: broke | broke down | is broken | stopped working | stopped | is not working | isn't working | doesn't work
que compramos de vocês: we bought from you | i bought from you | that we bought from you | that i bought from you
quero falar com uma pessoa: talk to a person | speak to a person | talk to a human | speak to a human | real human
quero falar com uma pessoa: speak with a person | talk with a person | talk to someone | speak to someone
quero falar com uma pessoa: speak with someone | talk with someone | speak with a human | talk with a human
quero falar com um vendedor: talk to a salesperson | speak to a salesperson | talk to sales | speak to sales
quero falar com um vendedor: speak with sales | talk with sales | speak to a sales rep | talk to a sales rep
pode me ligar: call me | give me a call | phone me
totalmente elétrica: fully electric | all electric | completely electric
totalmente: fully | completely | entirely
dividir: split | split it | spread it | spread the cost | spread
em 12 vezes: over twelve months
em: over
passa de: is it over | is it more than | is it above | is it under | is it less than | more than | less than
um chute: a guess | a ballpark | ballpark price | a rough idea
recupera: recover | recoup | earn back | makes back
vendendo: selling
venda: sell | sells
compra: buy | buys | purchase | order
se comprar: buy now | if you buy | when you buy | if you order
ganha: get a | you get a | you also get a | receive a
um desconto: knock something off | knock a bit off | something off | a bit off | knock some off
de desconto no preço: off the price
até o fim de: by the end of | by end of
até: by
na sua cozinha: in your kitchen | in your restaurant | at your place | at your shop | at your door
você teria: you'd have | you would have | you will have | you'll have
vai estar em: will be at | is going to be at
vai estar: will be | is going to be
costuma chegar: usually gets | usually arrives | normally gets | normally arrives | typically arrives
usualmente: usually | normally | typically
começa: starts | begins
a partir de: starts at | starting at | starts from | starting from | from just
fazemos: we'll build | we will build | we'll make | we will make | we can build | we can make
molde sob medida: custom mold | custom mould | customized mold
devolver: return
se não gostar: if you don't like it | if you are not happy | if you're not happy | if you are not satisfied
proíbem: forbid | forbids | prohibit | prohibits | prevent | prevents
me proíbem de: forbid me from | prohibit me from | prevent me from | forbid me to | do not allow me to
minhas regras: my guidelines | my rules | my configuration
falar de: quoting | telling | discussing | giving | sharing | talking about
não posso: is not something i can | are not something i can | isn't something i can | aren't something i can
desculpe: sorry
metade: half
metade do: half of the | half the
quanto: as
o dobro: twice as much as | twice as much | double what
muito obrigado: thank you | thanks
cozinha: kitchen
mensagens: messages | texts
mensagem: message
ajudar: help
recomendamos: we recommend | we suggest
usar: use
trabalha: works
continua: continues
"""
