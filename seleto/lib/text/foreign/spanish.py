"""Spanish words of trade and of the machines, by the Portuguese words the rules know."""

MARKS = """
el los las una pero con usted ustedes hola quiero quisiera necesito tiene tienen cuanto cuanta cuantas cuantos
cuesta cuestan cual cuales hay es del mi muy gracias buenos buenas nuestra nuestro nuestros nuestras su sus lo le les
en yo puede pueden puedo podemos donde cuando soy estoy hace hacen hasta despues precio precios hamburguesas
hamburguesa un ese eso esto llega llegan llegar cuotas tarjeta tarjetas enviamos flete descuento alcanza presupuesto
economica garantizo hablar siete ocho nueve diez quince veinte treinta unos unas costo sale tenemos ella ellos nadie
bajo mensaje mensajes escriban escribir baja quien dejenme vendedor mejor ahora
"""

WORDS = """
o: el | lo
a: la
os: los
as: las
um: un
uns: unos
uma: una
umas: unas
e: y
ou: o
mas: pero | sino
em: en
no: en el
na: en la
do: del
ao: al
com: con
sem: sin
por: por
até: hasta
desde: desde
cerca de: alrededor de | aproximadamente | unos | unas | cerca de | mas o menos
eu: yo
você: usted | tu | vos
vocês: ustedes
nós: nosotros
ele: el mismo
ela: ella
seu: su
seus: sus
meu: mi
meus: mis
nosso: nuestro
nossa: nuestra
nossos: nuestros
nossas: nuestras
esse: ese
essa: esa
isso: eso
este: este
isto: esto
é: es
são: son
foi: fue
está: esta
não: no
se: si
também: tambien
muito: muy | mucho
mais: mas
já: ya
agora: ahora | ahora mismo
ainda: todavia | aun
aqui: aqui | aca
depois: despues | luego
hoje: hoy
amanhã: manana
semana que vem: la semana que viene | la proxima semana | semana que viene
mês que vem: el mes que viene | el proximo mes | proximo mes
ano passado: el ano pasado | ano pasado
fim do ano: fin de ano
dia: dia
dias úteis: dias habiles | dias laborables
mês: mes
meses: meses
ano: ano
anos: anos
hora: hora
minutos: minutos
por dia: al dia | diarias | diarios | por dia
por mês: al mes | mensuales
por semana: a la semana | semanales
segunda-feira: lunes
terça-feira: martes
quarta-feira: miercoles
quinta-feira: jueves
sexta-feira: viernes
domingo: domingo
janeiro: enero
fevereiro: febrero
março: marzo
maio: mayo
junho: junio
julho: julio
setembro: septiembre
outubro: octubre
novembro: noviembre
dezembro: diciembre
natal: navidad
inauguração: inauguracion | apertura
qual: cual
quais: cuales
quanto: cuanto | cuanta
quantos: cuantos
quantas: cuantas
quando: cuando
onde: donde
quem: quien | quienes
como: como
por que: por que
dois: dos
três: tres
quatro: cuatro
seis: seis
sete: siete
oito: ocho
nove: nueve
dez: diez
onze: once
doze: doce
treze: trece
quatorze: catorce
quinze: quince
dezesseis: dieciseis
dezessete: diecisiete
dezoito: dieciocho
dezenove: diecinueve
vinte: veinte
trinta: treinta
quarenta: cuarenta
cinquenta: cincuenta
sessenta: sesenta
setenta: setenta
oitenta: ochenta
noventa: noventa
cem: cien
cento: ciento
duzentos: doscientos | doscientas
trezentos: trescientos | trescientas
quatrocentos: cuatrocientos | cuatrocientas
quinhentos: quinientos | quinientas
seiscentos: seiscientos | seiscientas
setecentos: setecientos | setecientas
oitocentos: ochocientos | ochocientas
novecentos: novecientos | novecientas
mil: mil | lucas
milhão: millon
milhões: millones
dólares: dolares | usd
reais: reales
pesos: pesos
preço: precio
preços: precios
valor: valor
orçamento: presupuesto | cotizacion
custa: cuesta | cuestan | vale | sale | valen | salen | costaria
sai por: sale en | sale por
custava: costaba | costo | se vendia en | se vendia por | valia
quanto custa: cuanto cuesta | cuanto vale | cuanto sale | cuanto cuestan | que precio tiene | cuanto es | cuanto seria
custo: coste
carro: auto | coche | carro
carro usado: auto usado | coche usado
mais barata: mas barata | mas barato | mas economica | mas economico | mas accesible
mais barata que: mas barata que | mas barato que | mas economica que | menos cara que
mais cara: mas cara | mas caro | mas costosa
mais barata da linha: la mas economica | el mas economico | la mas barata | el mas barato
barata: barata | economica | economico | accesible
caro: costoso | costosa
custa menos que: cuesta menos que | vale menos que
custa mais que: cuesta mais que
com essa verba: con ese presupuesto | con su presupuesto | con ese dinero | con esa plata
dá para levar: le alcanza para | alcanza para | le alcanza | alcanza
dentro do seu orçamento: dentro de su presupuesto
se paga: se paga sola | se paga solo | se amortiza
investimento: inversion
dobro do preço: el doble del precio
dobro: doble
metade: mitad
salário: sueldo | salario
pagamento: pago | pagos
pagar: pagar
paga: paga
pagando: pagando | si paga
pode pagar: puede pagar
parcelas: cuotas | mensualidades | plazos mensuales
em parcelas: en cuotas | a plazos
sem juros: sin interes | sin intereses
cartão de crédito: tarjeta de credito
cartão: tarjeta | tarjetas
transferência: transferencia
transferência bancária: transferencia bancaria
aceitamos: aceptamos | recibimos
não aceitamos: no aceptamos | no recibimos | no trabajamos con
trabalhamos com: trabajamos con
entrada: anticipo | sena | enganche | cuota inicial | adelanto
o restante na entrega: el resto contra entrega | el saldo contra entrega
na entrega: contra entrega
pagamento antecipado: por adelantado | pago anticipado | el pago es por adelantado
à vista: al contado | de contado | en efectivo
financiamento: financiamiento | financiacion | credito
temos financiamento: hay financiamiento | hay financiacion | tenemos financiamiento | tenemos financiacion
quer pagar: quiere pagar
desconto: descuento
descontos: descuentos
de desconto: de descuento
promoção: promocion | promociones
temos promoção: tenemos una promocion | hay una promocion
oferta especial: oferta | oferta especial | ofertas | condicion especial | condiciones especiales | precio especial
melhor preço: mejor precio | un mejor precio | mejor condicion
consigo: le consigo | consigo
podemos dar: le podemos hacer | podemos hacerle | le hacemos | le podemos dar | podemos darle | le damos
brinde: regalo | obsequio
de graça: de regalo
grátis: gratis | gratuito | gratuita | sin costo | sin cargo | sin coste
frete: flete | envio | el transporte
frete grátis: envio gratis | envio gratuito | flete gratis
frete é grátis: envio es gratis | envio es gratuito | flete es gratis
por nossa conta: por nuestra cuenta | a nuestro cargo | corre por nuestra cuenta | va por nuestra cuenta
por conta do cliente: por cuenta del cliente | a cargo del cliente | a su cargo
cliente paga o frete: cliente paga el envio | cliente paga el flete
incluso: incluido | incluida | incluidos | incluye
incluímos: incluimos
entrega: entrega
entregamos: entregamos
enviamos: enviamos | despachamos | mandamos
enviar: despachar | enviar
envia: envia | manda
a entrega leva: la entrega demora | la entrega tarda | la entrega toma
leva: demora | tarda | toma
prazo: plazo
prazo de entrega: plazo de entrega | tiempo de entrega
chega: llega | llegara | llegan | llegaria
chega a tempo: llega a tiempo | llegara a tiempo
em estoque: en stock | en existencia
pronta entrega: lista para despachar | lista para enviar | lista para entregar
pronta entrega: entrega inmediata | lista para la entrega
pronta: lista
rápido: rapido
entrega rápida: entrega rapida | envio rapido
instalação: instalacion
a instalação é feita: la instalacion se hace | la instalacion se realiza
instalamos: instalamos
treinamento: capacitacion | entrenamiento
treinamento grátis: capacitacion gratuita | capacitacion gratis | entrenamiento gratuito
conserto: reparacion
peças de reposição: repuestos | piezas de repuesto
garantia: garantia
garanto: le garantizo | garantizo | le aseguro | le prometo
garantimos: garantizamos | aseguramos | le garantizamos
dobrar a produção: duplicar su produccion | duplicara su produccion
vai dobrar a produção: va a duplicar su produccion
devolvemos o dinheiro: devolvemos el dinheiro | le devolvemos el dinero | devolvemos el dinero | le reembolsamos
dinheiro: dinero | plata
trocar: cambiar
técnico: tecnico
vai visitar você: lo visitara | la visitara | le visitara | lo visita | va a visitarlo | le hace una visita
visita: visita
demonstração: demostracion
mostrar: mostrarle | mostrar
unidade de teste: maquina de prueba | unidad de prueba | equipo de prueba
período de teste: periodo de prueba
sob medida: a medida
suporte 24 horas: soporte 24 horas | soporte las 24 horas
consultor: consultor | asesor
vai ligar para você: lo llama | le llama | la llama | lo llamara | le llamara | la llamara | va a llamarlo
te chama: se contacta con usted | le contacta | le escribe | se pone en contacto
especialista: especialista
equipe: equipo de ventas | equipo de soporte
vendedor: vendedor | asesor comercial
pessoa: persona | ser humano
falar: hablar | decir | decirle
fala: habla
conversa: conversa
informar: informar
informo: informo
confirma: confirma
trata: trata | ve | maneja
encaminhar: pasar | derivar
anotei: anote | tome nota
interesse: interes
pedido: pedido
quer: quiere
quero: quiero | quisiera | me gustaria
preciso: necesito
precisa: necesita
procuro: busco | ando buscando
pergunta: pregunta
instruções: instrucciones
minhas instruções dizem: mis instrucciones dicen | mis reglas dicen | mis instrucciones son
prompt de sistema: prompt de sistema | prompt del sistema
me configurou: me configuro | me programo | me ordeno
me mandaram não: me dijeron que no | me pidieron que no | me ordenaron no
fui configurado: fui configurado | estoy configurado | me configuraron | me programaron | fui programado
baseado: basado
classificado como lead quente: clasificado como lead caliente | calificado como lead caliente | un lead caliente
classificado como lead frio: clasificado como lead frio | un lead frio
sua pontuação: su puntaje | su puntuacion
outro cliente: otro cliente
outro: otro | otra
hambúrgueres: hamburguesas | unidades
hambúrguer: hamburguesa | medallon | medallones
faz: hace | hacen | forma | produce | fabrica | elabora
faria: formaria | haria | produciria
corta: corta
até: hasta
máquina: maquina | equipo
máquinas: maquinas | equipos
produção: produccion
volume: volumen
ciclos: ciclos
litros: litros
cuba: tolva | cuba | tina
reservatório: deposito | tanque | reservorio
facas: cuchillas | cuchillos
velocidades: velocidades
bicos: boquillas
esteira: cinta transportadora | cinta | banda transportadora
diâmetro: diametro
peso: peso
pesa: pesa
aço inox: acero inoxidable
inox: inoxidable
aço carbono: acero al carbono
carne: carne
automática: automatica | totalmente automatica | completamente automatica
semiautomática: semiautomatica | semi automatica
elétrica: electrica
pneumática: neumatica
linha automática: linea automatica
linha: linea
linha de espetos: linea de espetos | linea de brochetas | maquina de brochetas | maquina de espetos | linea de pinchos
espetos: brochetas | pinchos
disponível: disponible
indisponível: no disponible | no esta disponible
ensacadeira: embutidora de chorizos | embutidora
misturador: mezclador | mezcladora
misturadores: mezcladores | mezcladoras
formadora: formadora | formador
cortadora: cortadora
filetadora: fileteadora
empresa: empresa | compania
restaurante: restaurante
cidade: ciudad
nome: nombre
catálogo: catalogo
robô: robot
você é um robô: eres un robot | es usted un robot | es un robot | eres robot | eres un bot | sos un robot
você é humano: eres humano | es usted humano | eres una persona | es usted una persona
urgente: urgente
fornecedor: proveedor | proveedores
currículo: curriculum | hoja de vida
trabalho: empleo | trabajo
reclamação: queja | reclamo
número errado: numero equivocado | me equivoque de numero
meus dados: mis datos | mis datos personales
apagar: borrar | eliminar | borren | eliminen
parou de funcionar: dejo de funcionar | no funciona | se rompio | se descompuso | se dano
que compramos de vocês: que les compramos | que les compre | que compramos a ustedes
parar de receber mensagens: darme de baja | dar de baja | quiero darme de baja | no quiero recibir mas mensajes
não me mandem mais mensagem: no me escriban mas | no me escriba mas | no me manden mas mensajes | no me manden mas
não me mandem mais mensagem: no me envien mas mensajes | dejen de escribirme | deje de escribirme | no me contacten mas
não me mandem mais mensagem: no me contacten | dejen de mandarme mensajes | dejen de enviarme mensajes | dejenme en paz
quero falar com uma pessoa: hablar con una persona | hablar con alguien
quero falar com uma pessoa: hablar con un humano | hablar con un ser humano
quero falar com um vendedor: hablar con un vendedor | hablar con un asesor | hablar con el vendedor | hablar con ventas
pode me ligar: llamenme | llameme | me pueden llamar | me puede llamar | que me llamen
tem: tiene | tienen | trae | traen | cuenta con
temos: tenemos | contamos con
tenho: tengo
teria: tendria
posso: puedo
podemos: podemos
pode: puede | pueden | se puede
não posso: no puedo
não podemos: no podemos
desculpe: disculpe | perdon
nem: ni
mais nada: nada mas
só: solo | solamente
vou ver se consigo: voy a ver si le consigo | voy a ver si consigo
um desconto: una rebaja | rebaja | una rebajita | descuentito
ganha: le regalamos | se lleva de regalo | le obsequiamos
se comprar: si compra | si lleva | comprando | llevando
dividir: dividirlo | dividirla | financiarlo | fraccionarlo
na sua cozinha: en su cocina | en su local | en su planta
até o fim do mês que vem: a fin del mes que viene | a fin de mes | a fines del mes que viene | para fin de mes
fabricação: fabricacion | produccion de la maquina
demora: lleva unos
entregar: entregarla | entregarlo | entregarsela | entregar
podemos entregar: podemos entregarla | podemos entregarlo | se la entregamos | se lo entregamos
costuma chegar: suele llegar | suelen llegar | acostumbra llegar
vai estar: estara | va a estar
no seu local: en su negocio | en su restaurante
amanhã às: manana a las
às: a las
devolver: devolverla | devolverlo | regresarla
se não gostar: si no le gusta | si no queda conforme | si no queda satisfecho
regras: reglas | normas | directrices
minhas regras me proíbem de: mis reglas me prohiben | mis normas me prohiben | mis instrucciones me prohiben
me proíbem: me prohiben | me prohiben que
proíbe: prohibe
fazemos: hacemos | le hacemos | fabricamos
podemos fazer: podemos hacer | le podemos fabricar
chama: llama | llaman
me chamo: me llamo
vem: viene
sai: sale
fica: queda
viene de: parte de
deveria: deberia
a partir de: desde los | parte de los | arranca en | empieza en
leva: lleva
cerca: anda por los | anda en | ronda los | esta por los | mas o menos
custa cerca de: anda por | ronda | esta alrededor de | anda cerca de
disponibilidade: disponibilidad
escreve: escribe
mensagens: mensajes
mensagem: mensaje
enviaremos: enviaremos
funciona: funciona
agora mesmo: ahora mismo
durável: duradera
seu próprio: propio
antes de: antes de
depois de: despues de
em vez de: en vez de
em dois meses: en dos meses
este ano: este ano
esta semana: esta semana
horas: horas
"""

# Said by itself, before a pause, the word is another one.
ALONE = {"si": "sim"}
